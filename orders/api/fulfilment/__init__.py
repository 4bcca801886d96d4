"""What follows an acceptance: payment, delivery, rating, and messages at any time."""
