# The image with Docker or Buildx, for one platform or several: docker buildx build --platform linux/amd64,linux/arm64 -t registry.example/plumbline:0.1.0 .
# Without Docker: eng/image.sh. Both have the same executable, user and entry point.
FROM --platform=$BUILDPLATFORM mcr.microsoft.com/dotnet/sdk:10.0 AS build
ARG TARGETARCH
WORKDIR /source
COPY . .
RUN case "$TARGETARCH" in amd64) runtime=linux-x64 ;; *) runtime=linux-$TARGETARCH ;; esac && eng/publish.sh "$runtime" /published

# The C library, OpenSSL and authorities; no shell, no package manager.
FROM mcr.microsoft.com/dotnet/runtime-deps:10.0-noble-chiseled
LABEL org.opencontainers.image.title="plumbline" \
	org.opencontainers.image.description="Verifies documented connections live, from the pods that make them"
COPY --from=build /published/plumbline /plumbline
ENV DOTNET_EnableDiagnostics=0 DOTNET_GCgen0size=0x400000
USER 65532:65532
WORKDIR /
ENTRYPOINT ["/plumbline"]
