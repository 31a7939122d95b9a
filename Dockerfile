# One image for the web server, the worker and the one-off commands: docker-compose.yml says which is which.
FROM python:3.11-slim AS packages
COPY requirements.txt /tmp/
RUN python -m venv /opt/venv && /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check -r /tmp/requirements.txt

FROM python:3.11-slim
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    FUPIN_VAR_DIR=/var/lib/fupin FUPIN_STATIC_ROOT=/srv/static
# What PDFs are made with: the typesetting libraries and the Chinese fonts.
RUN apt-get update && apt-get install -y --no-install-recommends \
        libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-cjk && \
    rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 1000 --home-dir /srv --shell /usr/sbin/nologin fupin && \
    install -d -o fupin -g fupin /var/lib/fupin /srv/static
COPY --from=packages /opt/venv /opt/venv
WORKDIR /srv/fupin
COPY . .
USER fupin
# Development settings suffice to collect static files: no secret enters the image.
RUN FUPIN_VAR_DIR=/tmp/build python manage.py collectstatic --no-input -v0 && rm -r /tmp/build
ENV FUPIN_ENV=production
VOLUME /var/lib/fupin
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=4 \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["gunicorn", "fupin.wsgi", "--bind", "0.0.0.0:8000", "--workers", "3", "--worker-class", "gthread", "--threads", "4", \
     "--worker-tmp-dir", "/dev/shm", "--max-requests", "5000", "--max-requests-jitter", "500"]
