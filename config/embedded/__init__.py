"""The servers a laptop does not have: a real PostgreSQL and a real Valkey, started when first needed.

    a connection is needed ─► Keeper.use() ─► lock ─► healthy already? adopt : stop leftovers, start
                                                  └► hold a shared lock while this process lives
    the process ends ─► Keeper.release() ─► the last holder stops the server

`DATABASE_URL` and `REDIS_URL` replace them one by one (decision 0001).
"""
