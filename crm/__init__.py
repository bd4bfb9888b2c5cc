"""The ground floor: who may do what, history, single mails, job progress, and the frame every page hangs in."""
