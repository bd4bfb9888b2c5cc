# The product for production: web, worker and clock are this one image with different commands.
# Built in two stages, so that the image that runs holds no compiler, no cache and no secret.

FROM python:3.11.14-slim-bookworm AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONDONTWRITEBYTECODE=1
RUN python -m venv /venv
WORKDIR /app
COPY requirements/production.txt requirements/production.txt
RUN /venv/bin/pip install --require-hashes -r requirements/production.txt
COPY . .
# Collecting needs settings but no service; these values exist only while this line runs.
RUN /venv/bin/python -m config.catalogues \
    && DJANGO_SETTINGS_MODULE=config.settings.production SECRET_KEY=only-while-building FINGERPRINT_KEY=only-while-building \
       DATABASE_URL=postgres://127.0.0.1/none REDIS_URL=redis://127.0.0.1/0 EMAIL_URL=smtp://127.0.0.1:25 \
       ALLOWED_HOSTS=127.0.0.1 PUBLIC_URL=https://127.0.0.1 \
       /venv/bin/python manage.py collectstatic --noinput --verbosity 0

FROM python:3.11.14-slim-bookworm
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=config.settings.production VAR_FOLDER=/data MEDIA_ROOT=/data/media
RUN useradd --system --uid 10001 --no-create-home --home-dir /app alliance \
    && install -d -o alliance -g alliance /data /data/media /data/receipts
COPY --from=build /venv /venv
COPY --from=build /app /app
WORKDIR /app
USER 10001
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s CMD ["python", "-m", "config.health", "database", "redis"]
CMD ["gunicorn", "config.wsgi", "--bind", "0.0.0.0:8000", "--workers", "3", "--threads", "8", "--no-control-socket", "--worker-tmp-dir", "/dev/shm"]
