"""Key sources, their lifecycle, and which key fits a token."""
