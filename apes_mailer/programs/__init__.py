"""Programs of others that judge letters, asked on this computer when they are installed; nothing leaves it."""
