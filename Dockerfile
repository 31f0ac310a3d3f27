# The example as an image: docker build -t grpc-k8s-example-app:0.1.0 .
# BUILD_IMAGE needs a JDK 17 or newer and a shell, RUNTIME_IMAGE a Java runtime and nothing else.
ARG BUILD_IMAGE=eclipse-temurin:25-jdk
ARG RUNTIME_IMAGE=eclipse-temurin:25-jre

FROM ${BUILD_IMAGE} AS build
# For a mirror: the place of Maven itself, and options such as -s for a settings file in the build's folder.
ARG MVNW_REPOURL
ARG MAVEN_ARGS
WORKDIR /build
# The poms alone first, built as empty modules: what they bring stays in this layer while only sources change.
COPY mvnw pom.xml ./
COPY .mvn .mvn
COPY build build
COPY proto proto
COPY autoconfigure/pom.xml autoconfigure/
COPY starter/pom.xml starter/
COPY test-support/pom.xml test-support/
COPY example-app/pom.xml example-app/
COPY src/test/pom.xml src/test/
COPY benchmarks/pom.xml benchmarks/
RUN ./mvnw -q -B -pl example-app -am -DskipTests package
COPY autoconfigure autoconfigure
COPY starter starter
COPY test-support test-support
COPY example-app example-app
RUN ./mvnw -q -B -pl example-app -am -DskipTests package

FROM build AS layers
WORKDIR /layers
RUN cp /build/example-app/target/*-exec.jar /build/app.jar \
	&& java -Djarmode=tools -jar /build/app.jar extract --layers --destination /layers \
	# the same files give the same layers, whenever they are built; a cache made by the JVM for a jar holds too
	&& find /layers -exec touch -h -d 2026-01-01T00:00:00Z {} +

FROM ${RUNTIME_IMAGE}
WORKDIR /app
# From what changes seldom to what changes always.
COPY --from=layers /layers/dependencies/ ./
COPY --from=layers /layers/snapshot-dependencies/ ./
COPY --from=layers /layers/application/ ./
# The chart sets its own. The heap is a share of the container's memory; pools are sized for two processors and not for
# the whole node; a JVM that is out of memory ends, and is started again.
ENV JAVA_TOOL_OPTIONS="-XX:MaxRAMPercentage=60 -XX:ActiveProcessorCount=2 -XX:+ExitOnOutOfMemoryError"
# The classes of a start, parsed and verified once and for all: a pod is ready after little more than half the processor
# time. Both profiles, for the image serves as both. The JVM goes without where the file does not fit its version.
RUN ["java", "-XX:ArchiveClassesAtExit=/app/app.jsa", "-Xlog:cds=off", "-Xlog:cds+dynamic=off", "-XX:-UsePerfData", \
	"-Dspring.context.exit=onRefresh", "-jar", "/app/app.jar", "--spring.profiles.active=server,client", "--grpc.k8s.discovery.namespace=default"]
# A number: the kubelet can only see of a number that it is not root.
USER 65532:65532
EXPOSE 9090 8080
# No shell between the kubelet and the JVM: SIGTERM begins the drain.
ENTRYPOINT ["java", "-XX:SharedArchiveFile=/app/app.jsa", "-jar", "/app/app.jar"]
