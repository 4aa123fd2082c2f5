"""Measurements beside what one would pick instead; the product never imports from here."""
