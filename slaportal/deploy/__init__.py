"""What only an installation needs: the passwords of the logins, and the health checks of its containers."""
