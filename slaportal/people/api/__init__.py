"""The API of people, invitations and customers."""
