"""The visitors' channel: how the web page's chat widget reaches the assistant.

`channels.visitor.VisitorChannel` is a Rasa input channel that the Rasa server itself serves. The modules,
from the outside in:

- `visitor`: the Rasa input channel and its Sanic blueprint
- `edge`: what every request passes (origin, method, rate, size, JSON) and what every reply gets
- `api`: the resources (sessions, messages, feedback, conversation, health, openapi.yaml)
- `bodies`, `free_text`, `masking`: what a visitor may send and what becomes of it before anything keeps it
- `sessions`, `limits`: who is speaking, and how often
- `conversations`, `replies`, `health`: the Rasa side – ask, recall, delete, are you well?
- `feedback`: »hilfreich / nicht hilfreich« in a database
- `site`, `responses`: demo page, widget file, headers, compression
- `refusals` with `messages.yml`: every refusal, its code, its German and English sentence
- `settings`: what `credentials.yml` may set

Beside it stands `rest`, Rasa's raw REST channel for local use and tests. The visitors' channel imports
nothing of the other rooms: the bot is reached through Rasa alone. The HTTP contract is `openapi.yaml`.
"""
