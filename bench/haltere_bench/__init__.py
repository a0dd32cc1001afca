"""The measurements: a file per question, and what they stand on."""
