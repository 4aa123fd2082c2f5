"""The custom actions: one a topic, each returns curated answers.

- `actions`: the actions that `domain.yml` and the rules name
- `turn`: what an action knows of the message and the conversation
- `respond`: from a turn to replies; what all actions share
- `contract`: a reply as Rasa messages (text, buttons, `custom`) and the slots it leaves

Imports `answers`; nothing else of the project.
"""
