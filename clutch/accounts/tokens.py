"""Access and refresh tokens of apps: short-lived, bound to a session that can be ended."""

from allauth.headless.tokens.strategies.jwt import JWTTokenStrategy

from clutch.accounts.guard import one_at_a_time


class TokenStrategy(JWTTokenStrategy):
    """allauth's tokens, with each refresh token good for one use even when sent twice at once."""

    def refresh_token(self, refresh_token: str) -> tuple[str, str] | None:
        """Return a new access and refresh token, or None for one that is used, over or not ours."""
        # The list of good tokens lies in the session, which is read and written as a whole.
        with one_at_a_time(f"refresh {refresh_token}"):
            tokens: tuple[str, str] | None = super().refresh_token(refresh_token)
            return tokens
