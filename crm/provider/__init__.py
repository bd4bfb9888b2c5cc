"""Sending through a provider's API (django-anymail), for newsletters and single mails.

known       which providers, what each needs, how it writes placeholders, whether it knows a message again
filling     letters as that provider wants them: placeholders and values, or whole texts
posting     one request: the mail for anymail, the headers it has no word for
answers     what a status, a reply or a broken line means
transport   batches, several requests at once, halving what is refused, waiting when asked to
"""
