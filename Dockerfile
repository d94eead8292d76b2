# A Hugging Face Space (or any machine): the studio with its embedded models, ready without a network.
FROM python:3.12-slim

RUN useradd --create-home --uid 1000 user
USER user
# A volume mounted on a folder that is not there would belong to root.
RUN mkdir -p /home/user/.cache/t5-distillation-studio
ENV HOME=/home/user \
    PATH=/home/user/.local/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    GRADIO_SERVER_NAME=0.0.0.0 \
    GRADIO_SERVER_PORT=7860
WORKDIR /home/user/app

COPY --chown=user requirements.txt .
# The CPU build of torch: a tenth of the CUDA one's size. For a GPU Space build with --build-arg TORCH_INDEX=...
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
RUN pip install --user --no-cache-dir --extra-index-url "$TORCH_INDEX" -r requirements.txt

COPY --chown=user . .
EXPOSE 7860
CMD ["python", "app.py"]
