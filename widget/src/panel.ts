/** What is needed from the moment the chat is opened. */
export { ChatApi } from "./api";
export { Conversation } from "./conversation";
export { ChatPanel } from "./panel/chat-panel";
