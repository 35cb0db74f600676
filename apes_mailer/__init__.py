"""Write an email newsletter as typed files, see exactly what readers get, and send it safely."""

__version__ = "0.1.0"
