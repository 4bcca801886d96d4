"""How a shop wants its stock handled."""
