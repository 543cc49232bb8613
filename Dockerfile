# SPDX-License-Identifier: MIT
# docker build -t linkpond .
# docker run --rm -v linkpond:/data linkpond init --domain go.example.com      # prints the admin key, once
# docker run -d --name linkpond --stop-timeout 30 -v linkpond:/data -p 8080:8080 -p 8082:8082 -p 127.0.0.1:8081:8081 linkpond
FROM debian:12-slim AS build
WORKDIR /src
COPY config/packages.txt config/install-packages.sh config/
RUN sh config/install-packages.sh build
COPY . .
RUN sh config/build.sh release && strip build/release/linkpond build/release/linkpond-image

FROM debian:12-slim
COPY config/packages.txt config/install-packages.sh /tmp/config/
RUN sh /tmp/config/install-packages.sh runtime && rm -rf /tmp/config /var/lib/apt/lists/* \
    && useradd --system --user-group --no-create-home --uid 10001 linkpond \
    && install -d -o linkpond -g linkpond -m 0700 /data
COPY --from=build /src/build/release/linkpond /src/build/release/linkpond-image /usr/local/bin/
USER linkpond
VOLUME /data
# Nobody reaches a container's loopback, so all three planes listen on its own address. Only the visitors' ports are
# exposed (docker run -P publishes these to the world); publish the desk on the host's loopback, as above.
EXPOSE 8080 8082
STOPSIGNAL SIGTERM
ENTRYPOINT ["/usr/local/bin/linkpond", "--data", "/data"]
CMD ["serve", "--listen", "0.0.0.0:8080", "--public-listen", "0.0.0.0:8082", "--admin-listen", "0.0.0.0:8081"]
