"""Measurements beside what a user would pick instead; not part of the product, which never imports from here."""
