"""Sign in: apps and their installations, OAuth on GitHub and on GitLab, tokens that expire."""

__all__: list[str] = []
