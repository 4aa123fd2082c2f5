from .fake_server import *
from .chat import Chat
from playwright.sync_api import expect
def test_it(chat, server, new_page, chat_url):
    chat.visit(); chat.photograph("t-closed")
    chat.launcher.click(); expect(chat.answers.first).to_be_visible(); chat.photograph("t-open")
    chat.ask(STUDENTS); chat.photograph("t-answered")
    chat.ask(UNIVERSITIES); chat.photograph("t-list")
    chat.root.locator("#menu-button").click(); chat.photograph("t-menu")
    p = new_page(viewport={"width":375,"height":700}, has_touch=True, is_mobile=True, color_scheme="dark", device_scale_factor=2)
    c = Chat(p, chat_url).open().ask(STUDENTS); c.photograph("t-phone-dark")
    print(c.violations(), chat.violations())
