"""From a typed issue to a message template; pure: the same input gives the same bytes."""
