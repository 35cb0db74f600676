"""Pictures: from what cameras, phones and websites save to what mail programs show."""
