"""Tickets over the API: reading, opening, and every act of the pages, by the same actions."""
