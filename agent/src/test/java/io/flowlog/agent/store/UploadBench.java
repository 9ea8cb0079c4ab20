package io.flowlog.agent.store;

import io.flowlog.agent.spool.ObjectKey;
import io.flowlog.agent.spool.SealedFile;
import io.flowlog.agent.store.EndpointConfig.Protocol;
import io.flowlog.agent.store.ObsServers.Server;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/**
 * The program of {@code bench-upload}: brings files to a real Swift, in turns with curl, which does
 * the same PUTs over one connection as well. Owned by its only thread.
 */
final class UploadBench {
  private static final int LOGGERS = 100;
  private static final double RATIO_WANTED = 0.8;

  private final int rounds;
  private final Path folder;
  private final ObsFixture obs;
  private boolean isGood = true;

  /** One upload: what, from which logger. */
  private record Upload(int logger, String name, Path path, long sizeBytes) {}

  /** What a round took. */
  private record Took(double seconds, double cpuSeconds) {}

  private UploadBench(int rounds, Path folder) {
    this.rounds = rounds;
    this.folder = folder;
    obs = new ObsFixture(folder);
  }

  public static void main(String[] args) throws Exception {
    int rounds = Integer.parseInt(args[0]);
    int files = Integer.parseInt(args[1]);
    long largeBytes = Long.parseLong(args[2]);
    Path folder = Files.createTempDirectory("bench-upload");
    boolean good;
    try {
      ObsServers.get();
      // from here on: the servers keep what they have, this process and curl share the last one
      int processor = Runtime.getRuntime().availableProcessors() - 1;
      run(List.of("taskset", "-a", "-p", "-c", "" + processor, "" + ProcessHandle.current().pid()));
      UploadBench bench = new UploadBench(rounds, folder);
      List<Upload> small = bench.files(files, 20_000);
      List<Upload> large = bench.files(1, largeBytes);
      for (Protocol protocol : Protocol.values()) {
        bench.compare(protocol, files + " of 20 kB", small);
        bench.compare(protocol, "1 of " + (largeBytes >> 20) + " MiB", large);
      }
      good = bench.isGood;
    } finally {
      delete(folder);
    }
    System.exit(good ? 0 : 1);
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  private List<Upload> files(int count, long sizeBytes) throws IOException {
    List<Upload> files = new ArrayList<>();
    Random random = new Random(1);
    byte[] part = new byte[(int) Math.min(sizeBytes, 1 << 20)];
    for (int i = 0; i < count; i++) {
      Path path = folder.resolve(sizeBytes + "-" + i);
      random.nextBytes(part);
      try (var out = Files.newOutputStream(path)) {
        for (long left = sizeBytes; left > 0; left -= part.length) {
          out.write(part, 0, (int) Math.min(left, part.length));
        }
      }
      files.add(new Upload(i % LOGGERS, sizeBytes + "-" + i + ".csv", path, sizeBytes));
    }
    return files;
  }

  private void compare(Protocol protocol, String what, List<Upload> files) throws Exception {
    List<ObjectStore> stores = stores(protocol);
    double[] ratios = new double[rounds];
    for (int round = 0; round < rounds; round++) {
      Took curls = curl(protocol, files);
      Took ours = store(stores, files);
      ratios[round] = curls.seconds() / ours.seconds();
      System.out.printf(
          Locale.ROOT,
          "%-5s  %-14s  curl %7.2f s, CPU %6.2f s   agent %7.2f s, CPU %6.2f s   ratio %.2f%n",
          protocol,
          what,
          curls.seconds(),
          curls.cpuSeconds(),
          ours.seconds(),
          ours.cpuSeconds(),
          ratios[round]);
    }
    Arrays.sort(ratios);
    double median = ratios[rounds / 2];
    isGood &= median >= RATIO_WANTED;
    System.out.printf(
        Locale.ROOT,
        "%-5s  %-14s  median ratio %.2f (%s %.1f)%n",
        protocol,
        what,
        median,
        median >= RATIO_WANTED ? "at least" : "TOO LITTLE, at least",
        RATIO_WANTED);
  }

  /** Returns one store for each logger, which have asked for what they need. */
  private List<ObjectStore> stores(Protocol protocol) throws IOException {
    IdentityConfig identity = obs.identity(obs.owner);
    EndpointConfig endpoint =
        protocol == Protocol.S3
            ? obs.s3Endpoint(identity, ObsServers.REGION)
            : obs.endpoint(identity);
    StoreFactory factory =
        new StoreFactory(
            new StoreConfig(List.of(), List.of(identity), List.of(endpoint), 1, 3),
            System::nanoTime);
    List<ObjectStore> stores = new ArrayList<>();
    for (int i = 0; i < LOGGERS; i++) {
      stores.add(Objects.requireNonNull(factory.storeOf(plainUrl("agent/" + i))));
    }
    stores.get(0).putEmpty(new ObjectKey(".probe"));
    return stores;
  }

  private static Took store(List<ObjectStore> stores, List<Upload> files) throws IOException {
    long startNs = System.nanoTime();
    Duration cpu = ownCpu();
    for (Upload file : files) {
      UUID id = new UUID(0, file.logger());
      ObjectKey key = new ObjectKey(file.name());
      stores
          .get(file.logger())
          .put(new SealedFile(id, 0, 1, 1, file.sizeBytes(), file.path(), key));
    }
    return new Took((System.nanoTime() - startNs) / 1e9, seconds(ownCpu().minus(cpu)));
  }

  private static Duration ownCpu() {
    return ProcessHandle.current().info().totalCpuDuration().orElseThrow();
  }

  private static double seconds(Duration duration) {
    return duration.toNanos() / 1e9;
  }

  /** Has curl bring the same files, all by one call, so that it keeps its connection. */
  private Took curl(Protocol protocol, List<Upload> files) throws Exception {
    StringBuilder settings = new StringBuilder("silent\nshow-error\nfail-early\nfail\n");
    settings.append("header = \"Expect:\"\n");
    if (protocol == Protocol.SWIFT) {
      settings.append("header = \"X-Auth-Token: " + obs.cloud.token(obs.owner) + "\"\n");
    }
    UnaryOperator<String> urls = protocol == Protocol.S3 ? signedUrls() : this::plainUrl;
    for (Upload file : files) {
      String path = "curl/" + file.logger() + "/" + file.name();
      settings.append("upload-file = \"" + file.path() + "\"\n");
      settings.append("url = \"" + urls.apply(path) + "\"\n");
    }
    Path config = Files.writeString(folder.resolve("curl"), settings);
    long startNs = System.nanoTime();
    List<String> command =
        List.of("bash", "-c", "TIMEFORMAT='%U %S'; time curl -K " + config + " >/dev/null");
    String[] words = run(command).strip().split(" ", -1);
    double tookSeconds = (System.nanoTime() - startNs) / 1e9;
    return new Took(tookSeconds, Double.parseDouble(words[0]) + Double.parseDouble(words[1]));
  }

  private String plainUrl(String path) {
    return obs.cloud.storageUrl(obs.owner, ObsFixture.CONTAINER, path).toString();
  }

  /** Older curls cannot sign for S3, but follow URLs that are signed. */
  private UnaryOperator<String> signedUrls() throws IOException {
    AccessKey key = obs.keys(obs.identity(obs.owner)).current();
    AwsBasicCredentials credentials = AwsBasicCredentials.create(key.id(), key.secret());
    S3Presigner signer =
        S3Presigner.builder()
            .endpointOverride(obs.servers.url(Server.PROXY, ""))
            .region(Region.of(ObsServers.REGION))
            .credentialsProvider(StaticCredentialsProvider.create(credentials))
            .serviceConfiguration(S3Configuration.builder().pathStyleAccessEnabled(true).build())
            .build();
    return path ->
        signer
            .presignPutObject(
                sign ->
                    sign.signatureDuration(Duration.ofHours(1))
                        .putObjectRequest(put -> put.bucket(ObsFixture.CONTAINER).key(path)))
            .url()
            .toString();
  }

  private static String run(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String words = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(command.get(0) + " fails: " + words);
    }
    return words;
  }
}
