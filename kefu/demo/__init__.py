"""The demo company: invented documents in both languages and questions about them."""
