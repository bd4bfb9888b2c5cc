"""Settings: `base` is shared; `local`, `test` and `production` each say only what differs."""
