"""The specification: unit/ beside the code, dialogue/ (whole conversations over REST), channel/, browser/.

`questions/` holds the evaluation questions. Nothing imports this package.
"""
