# MLflow's tracking server with the drivers for Postgres and S3. The build context is docker/.
FROM python:3.11.14-slim-bookworm
# uvloop and httptools: without them, several server processes answer each small call some 40 ms late.
RUN pip install --no-cache-dir --disable-pip-version-check \
    mlflow==3.17.2 \
    psycopg2-binary==2.9.13 \
    boto3==1.44.5 \
    uvloop==0.23.0 \
    httptools==0.9.0
COPY create-bucket.py /opt/tt-exp/create-bucket.py
RUN useradd --system --create-home mlflow
USER mlflow
WORKDIR /home/mlflow
ENV MLFLOW_DISABLE_TELEMETRY=true \
    MLFLOW_SERVER_ENABLE_JOB_EXECUTION=false \
    PYTHONUNBUFFERED=1
EXPOSE 5000
CMD ["mlflow", "server", "--host", "0.0.0.0", "--port", "5000"]
