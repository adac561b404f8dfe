using System.Buffers;
using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using SqlStream.Core.Diagnostics;
using SqlStream.Engine.Embedding;
using SqlStream.Engine.Health;
using SqlStream.Engine.Metrics;
using SqlStream.Engine.Tests.Support;
using SqlStream.Execution;
using SqlStream.Telemetry;
using SqlStream.Testing;

namespace SqlStream.Engine.Tests.Metrics;

public sealed class MetricsTests
{
    const string Tables = """
        CREATE TABLE p (k STRING, at TIMESTAMP(3), WATERMARK FOR at AS at) WITH ('connector' = 'push');
        CREATE TABLE m (window_end TIMESTAMP(3), n BIGINT) WITH ('connector' = 'memory');
        SET 'pipeline.name' = 'a "quoted\\name';
        """;

    const string Insert = "INSERT INTO m SELECT window_end, COUNT(*) FROM TUMBLE(TABLE p, DESCRIPTOR(at), INTERVAL '10' SECOND) GROUP BY window_start, window_end";

    [Theory]
    [InlineData(PrometheusFormat.Text)]
    [InlineData(PrometheusFormat.OpenMetrics)]
    public async Task Prometheus_reads_what_jobs_count(PrometheusFormat format)
    {
        await using var scope = await EngineScope.OpenAsync(Tables);
        var job = await RunAsync(scope);
        using var stream = new MemoryStream();
        await PrometheusText.WriteAsync(scope.Engine.Metrics, format, stream, scope.Limit);
        var read = PrometheusReader.Read(Encoding.UTF8.GetString(stream.ToArray()), format == PrometheusFormat.OpenMetrics);
        var suffix = format == PrometheusFormat.OpenMetrics ? "" : "_total";
        Assert.Equal("counter", read.Types["sqlstream_operator_numRecordsIn" + suffix]);
        Assert.Equal("gauge", read.Types["sqlstream_engine_numRunningJobs"]);
        Assert.Equal(0, read.Values["sqlstream_engine_numRunningJobs|"]);
        var labels = $"job_id={job.Id},job_name=a \"quoted\\\\name";
        Assert.Equal(job.Checkpoints.Count, read.Values[$"sqlstream_job_numberOfCompletedCheckpoints_total|{labels}"]);
        Assert.Equal(0, read.Values[$"sqlstream_job_numRestarts_total|{labels}"]);
        Assert.Equal(job.Checkpoints[^1].BytesTotal, read.Values[$"sqlstream_job_lastCheckpointFullSize|{labels}"]);
        var window = job.Checkpoints[^1].Operators.Single(one => one.Name == "WindowAggregate");
        Assert.Equal(window.Tables.Sum(table => (double)table.Bytes!.Value), Sum(read, "sqlstream_state_fullSize", "operator_name=WindowAggregate"));
        Assert.Equal(3, Sum(read, "sqlstream_operator_numRecordsIn_total", "operator_name=Scan(p)"));
        Assert.Equal(1, Sum(read, "sqlstream_operator_numLateRecordsDropped_total", ""));
        Assert.Equal(1, Sum(read, "sqlstream_operator_numRecordsIn_total", "operator_name=Sink(m)"));
        Assert.Equal(new DateTimeOffset(2026, 1, 1, 0, 0, 31, TimeSpan.Zero).ToUnixTimeMilliseconds(), Sum(read, "sqlstream_operator_currentOutputWatermark", "operator_name=WatermarkAssigner"));
    }

    [Fact]
    public async Task Instruments_of_the_meter_have_the_same_values()
    {
        // The listener hears the engines of other tests, too: a seed of its own gives the job an id of its own.
        await using var scope = await EngineScope.OpenAsync(Tables, new EngineOptions { Seed = 2 });
        var job = await RunAsync(scope);
        var seen = new Dictionary<string, double>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, published) =>
        {
            if (instrument.Meter.Name == EngineMetrics.MeterName)
                published.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) =>
        {
            foreach (var (key, text) in tags)
            {
                if (key == "job_id" && (string?)text == job.Id)
                    seen[instrument.Name] = seen.GetValueOrDefault(instrument.Name) + value;
            }
        });
        listener.Start();
        listener.RecordObservableInstruments();
        Assert.Equal(1, seen["sqlstream.operator.numLateRecordsDropped"]);
        Assert.Equal(job.Checkpoints.Count, seen["sqlstream.job.numberOfCompletedCheckpoints"]);
    }

    [Fact]
    public async Task Running_jobs_show_time_and_what_sinks_lack()
    {
        await using var scope = await EngineScope.OpenAsync(Tables);
        var job = await scope.Engine.StartAsync(Insert);
        while (!job.Progress().HasCaughtUp)
            await Task.Delay(5, scope.Limit);
        var families = scope.Engine.Metrics.Collect().ToDictionary(family => family.Definition.Name);
        Assert.Equal(1, Assert.Single(families["isRunning"].Samples).Value);
        Assert.Equal(job.Graph.Vertices.Sum(vertex => vertex.Parallelism), families["accumulateBusyTimeMs"].Samples.Count);
        Assert.All(families["busyTimeMsPerSecond"].Samples, sample => Assert.InRange(sample.Value, 0, 1000));
        Assert.Equal(0, Assert.Single(families["unshippedEpochs"].Samples, sample => sample.Labels.Any(label => label is { Key: "table", Value: "default_catalog.default_database.m" or "m" })).Value);
        Assert.NotEmpty(families["stateMemoryUsed"].Samples);
        job.Cancel();
        await job.WaitAsync(scope.Limit);
    }

    [Fact]
    public async Task Bytes_that_one_task_sends_are_those_that_another_takes()
    {
        await using var scope = await EngineScope.OpenAsync(
            """
            CREATE TABLE p (k STRING) WITH ('connector' = 'push');
            CREATE TABLE m (k STRING, n BIGINT, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'memory');
            SET 'parallelism.default' = '2';
            """);
        var job = await scope.Engine.StartAsync("INSERT INTO m SELECT k, COUNT(*) FROM p GROUP BY k");
        var writer = await scope.Engine.OpenWriterAsync<string>("p");
        await writer.WriteAsync([.. Enumerable.Range(0, 100).Select(i => $"{i:d20}")], scope.Limit);
        double sent, taken;
        do
        {
            await Task.Delay(5, scope.Limit);
            var families = scope.Engine.Metrics.Collect().ToDictionary(family => family.Definition.Name);
            (sent, taken) = (families["numBytesOut"].Samples.Sum(sample => sample.Value), families["numBytesIn"].Samples.Sum(sample => sample.Value));
        }
        while (taken < 100 * 20 || sent != taken);
        job.Cancel();
        await job.WaitAsync(scope.Limit);
    }

    [Fact]
    public void Rates_are_those_of_the_last_seconds()
    {
        var clock = new ManualClock();
        var rates = new RateWindows(clock);
        Assert.Equal(0, rates.Rate("rows", "a", 100));
        clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(10, rates.Rate("rows", "a", 200));
        clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(100.0 + 40, 12 * rates.Rate("rows", "a", 240), 6);
        clock.Advance(TimeSpan.FromSeconds(8));
        Assert.Equal((340 - 100) / 20.0, rates.Rate("rows", "a", 340));
        clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal((440 - 200) / 20.0, rates.Rate("rows", "a", 440));
        // A job that was restarted counts anew.
        Assert.Equal(0, rates.Rate("rows", "a", 5));
    }

    [Theory]
    [InlineData(null, PrometheusFormat.Text)]
    [InlineData("*/*", PrometheusFormat.Text)]
    [InlineData("text/plain;version=0.0.4", PrometheusFormat.Text)]
    [InlineData("application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1", PrometheusFormat.OpenMetrics)]
    [InlineData("application/openmetrics-text;q=0.3, text/plain;q=0.5", PrometheusFormat.Text)]
    public void Clients_say_which_form_they_want(string? accept, PrometheusFormat format) => Assert.Equal(format, PrometheusText.Negotiate(accept));

    [Fact]
    public void Numbers_and_texts_are_escaped()
    {
        var buffer = new ArrayBufferWriter<byte>();
        var definition = new MetricDefinition(MetricScope.Job, "x", MetricKind.Gauge, "1", "back\\slash\nand \"quotes\"");
        PrometheusText.Write(
            [new MetricFamily(definition, [new MetricSample([new("a", "1\\2\n\"3\"")], double.PositiveInfinity), new MetricSample([], 1e21)])], PrometheusFormat.OpenMetrics, buffer);
        Assert.Equal(
            """
            # HELP sqlstream_job_x back\\slash\nand \"quotes\"
            # TYPE sqlstream_job_x gauge
            sqlstream_job_x{a="1\\2\n\"3\""} +Inf
            sqlstream_job_x 1E+21
            # EOF

            """,
            Encoding.UTF8.GetString(buffer.WrittenSpan));
        Assert.Equal(2, PrometheusReader.Read(Encoding.UTF8.GetString(buffer.WrittenSpan), openMetrics: true).Values.Count);
    }

    [Fact]
    public async Task Metrics_are_sent_over_otlp()
    {
        await using var scope = await EngineScope.OpenAsync(Tables);
        await RunAsync(scope);
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var request = ReceiveAsync(server, scope.Limit);
        using (var export = new OtlpExport(new OtlpOptions { Endpoint = new Uri($"http://127.0.0.1:{((IPEndPoint)server.LocalEndpoint).Port}/v1/metrics"), Interval = TimeSpan.FromMinutes(1) }))
        {
            Assert.True(export.Flush(TimeSpan.FromSeconds(20)));
            var text = await request;
            Assert.StartsWith("POST /v1/metrics HTTP/1.1\r\n", text, StringComparison.Ordinal);
            Assert.Contains("Content-Type: application/x-protobuf", text, StringComparison.OrdinalIgnoreCase);
            Assert.Contains("sqlstream.operator.numRecordsIn", text, StringComparison.Ordinal);
            server.Stop();
        }
    }

    [Fact]
    public async Task Health_names_the_jobs_that_are_not_well()
    {
        await using var scope = await EngineScope.OpenAsync("CREATE TABLE m (x INT) WITH ('connector' = 'memory')");
        Assert.Equal((HealthStatus.Healthy, 0), (scope.Engine.CheckHealth().Status, scope.Engine.CheckHealth().Reasons.Count));
        var job = await scope.Engine.StartAsync("INSERT INTO m SELECT 1 / x FROM (VALUES 0) AS t (x)");
        await Assert.ThrowsAsync<SqlException>(() => job.WaitAsync(scope.Limit));
        var health = scope.Engine.CheckHealth();
        Assert.Equal(HealthStatus.Unhealthy, health.Status);
        Assert.Equal([$"job insert_into_m ({job.Id}) is FAILED: division by zero"], health.Reasons.Select(reason => reason.Replace("insert-into_m", "insert_into_m", StringComparison.Ordinal)));
    }

    // Three rows, one of them late, and a window of the others.
    static async Task<Job> RunAsync(EngineScope scope)
    {
        var start = new DateTime(2026, 1, 1);
        var writer = await scope.Engine.OpenWriterAsync<(string, DateTime)>("p");
        var job = await scope.Engine.StartAsync(Insert);
        await writer.WriteAsync(("a", start.AddSeconds(30)), scope.Limit);
        while (job.Progress().Watermark is null)
            await Task.Delay(5, scope.Limit);
        await writer.WriteAsync([("b", start.AddSeconds(1)), ("c", start.AddSeconds(31))], scope.Limit);
        writer.Complete();
        await job.WaitAsync(scope.Limit);
        return job;
    }

    static double Sum(PrometheusReader read, string name, string label) =>
        read.Values.Where(entry => entry.Key.StartsWith(name + "|", StringComparison.Ordinal) && entry.Key.Contains(label, StringComparison.Ordinal)).Sum(entry => entry.Value);

    static async Task<string> ReceiveAsync(TcpListener server, CancellationToken cancellation)
    {
        using var client = await server.AcceptTcpClientAsync(cancellation);
        await using var stream = client.GetStream();
        var received = new StringBuilder();
        var buffer = new byte[1 << 16];
        var length = -1;
        while (length < 0 || received.Length < length)
        {
            var count = await stream.ReadAsync(buffer, cancellation);
            received.Append(Encoding.Latin1.GetString(buffer, 0, count));
            if (length < 0 && received.ToString() is var text && text.IndexOf("\r\n\r\n", StringComparison.Ordinal) is > 0 and var head)
            {
                var line = text[..head].Split("\r\n").First(known => known.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase));
                length = head + 4 + int.Parse(line[15..], System.Globalization.CultureInfo.InvariantCulture);
            }
        }
        await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray(), cancellation);
        return received.ToString();
    }
}
