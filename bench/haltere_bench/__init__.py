"""The measurements: a file per question, and what they have in common."""
