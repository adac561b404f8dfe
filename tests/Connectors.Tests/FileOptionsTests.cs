using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Testing;

namespace SqlStream.Connectors.Tests;

public sealed class FileOptionsTests
{
    static readonly Schema _schema = Table.Columns(("a", SqlType.Int));

    [Theory]
    [InlineData("auto-compaction", "true")]
    [InlineData("sink.partition-commit.policy.kind", "metastore,success-file")]
    [InlineData("sink.partition-commit.policy.class", "com.example.Policy")]
    [InlineData("partition.time-extractor.class", "com.example.Extractor")]
    [InlineData("scan.parallelism", "2")]
    [InlineData("sink.parallelism", "2")]
    [InlineData("source.path.regex-pattern", ".*")]
    public void Options_of_flink_that_are_not_there_yet_are_refused_and_say_what_to_do(string key, string value)
    {
        var error = Assert.Throws<SqlException>(() => Table.Sink(FileTable((key, value))));

        Assert.Equal(SqlState.FeatureNotSupported, error.SqlState);
        Assert.Equal($"option '{key}' = '{value}' is not supported", error.Message);
        Assert.NotNull(error.Diagnostics[0].Hint);
    }

    [Theory]
    [InlineData("path", "s3://bucket/x", "option 'path' must be a local path or a file: URI, not 's3://bucket/x'")]
    [InlineData("path", "file://host/x",
        "option 'path' must be a file: URI without a host, such as file:///data/in, not 'file://host/x'")]
    [InlineData("path", "", "option 'path' must be a path, not ''")]
    [InlineData("sink.rolling-policy.file-size", "0",
        "option 'sink.rolling-policy.file-size' must be more than 0 bytes, not '0'")]
    [InlineData("source.monitor-interval", "0", "option 'source.monitor-interval' must be longer than 0, not '0'")]
    [InlineData("max-record-size", "1 gb", "option 'max-record-size' must be a size from 1 byte to 256 MB, not '1 gb'")]
    [InlineData("bad-data", "dead-letter", "option 'bad-data' = 'dead-letter' needs option 'dead-letter.path'")]
    [InlineData("dead-letter.path", "/x", "option 'dead-letter.path' = '/x' needs option 'bad-data'")]
    [InlineData("partition.default-name", "", "option 'partition.default-name' must be a name, not ''")]
    [InlineData("sink.partition-commit.policy.kind", "success-file",
        "option 'sink.partition-commit.policy.kind' needs a table that is PARTITIONED BY columns")]
    [InlineData("sink.partition-commit.policy.kind", "file",
        "option 'sink.partition-commit.policy.kind' must be one of 'success-file', not 'file'")]
    [InlineData("partition.time-extractor.timestamp-pattern", "$dt 00:00",
        "option 'partition.time-extractor.timestamp-pattern' must be a text with $column for partition columns, such as '$dt $hm:00', not '$dt 00:00'")]
    [InlineData("partition.time-extractor.timestamp-formatter", "yyyy-MM-dd EEE",
        "option 'partition.time-extractor.timestamp-formatter' must be a format of the letters y M d H m s S, such as 'yyyyMMdd HH:mm', not 'yyyy-MM-dd EEE'")]
    [InlineData("sink.partition-commit.watermark-time-zone", "Mars",
        "option 'sink.partition-commit.watermark-time-zone' must be a time zone, such as 'Europe/Zurich', not 'Mars'")]
    [InlineData("sink.delivery-guarantee", "none",
        "option 'sink.delivery-guarantee' must be one of 'exactly-once', not 'none'")]
    public void Values_that_cannot_work_are_refused(string key, string value, string message)
    {
        var error = Assert.Throws<SqlException>(() => Table.Sink(FileTable((key, value))));

        Assert.Equal(SqlState.InvalidParameterValue, error.SqlState);
        Assert.Equal(message, error.Message);
    }

    [Theory]
    [InlineData("auto-compaction", "false")]
    [InlineData("sink.rolling-policy.check-interval", "1 min")]
    [InlineData("source.report-statistics", "all")]
    public void Options_that_ask_for_what_is_done_anyway_are_accepted(string key, string value) =>
        Table.Sink(FileTable((key, value)));

    [Fact]
    public void A_user_may_promise_that_names_are_in_the_order_of_times()
    {
        Assert.False(Table.Source(FileTable()).SplitsAreInTimeOrder);
        Assert.True(Table.Source(FileTable(("scan.split-order", "time"))).SplitsAreInTimeOrder);
    }

    [Fact]
    public void Format_and_path_are_required()
    {
        Assert.Equal(
            "option 'format' is required", Error(Table.Of(_schema, ("connector", "filesystem"), ("path", "/x"))));
        Assert.Equal(
            "option 'path' is required", Error(Table.Of(_schema, ("connector", "filesystem"), ("format", "json"))));
        Assert.Equal("format 'jsn' does not exist",
            Error(Table.Of(_schema, ("connector", "filesystem"), ("format", "jsn"), ("path", "/x"))));
    }

    [Fact]
    public void A_success_file_must_not_look_like_rows()
    {
        foreach (var name in new[] { "done", "", "_", "_a/b", ".." })
        {
            var table = Partitioned("a", ("sink.partition-commit.policy.kind", "success-file"), ("sink.partition-commit.success-file.name", name));
            Assert.Equal(
                $"option 'sink.partition-commit.success-file.name' must be a file name that begins with _ or ., not '{name}'",
                Assert.Throws<SqlException>(() => Table.Sink(table)).Message);
        }
    }

    [Fact]
    public void Partition_columns_must_fit_into_names_and_leave_something_for_the_files()
    {
        Assert.Equal("PARTITIONED BY column \"b\" of type BYTES is not supported", Error(Partitioned("b")));
        Assert.Equal("PARTITIONED BY column \"t\" of type ARRAY<INT> is not supported", Error(Partitioned("t")));
        Assert.Equal(
            "all columns of table \"default_catalog.default_database.t\" are in PARTITIONED BY, so that its files would hold nothing",
            Error(FileTable() with { PartitionKeys = ["a"] }));
    }

    [Fact]
    public void Types_are_checked_before_the_job_starts()
    {
        var table = Table.Of(
            Table.Columns(("t", SqlType.Map(SqlType.String, SqlType.Int))), ("connector", "filesystem"), ("path", "/x"), ("format", "csv"));

        foreach (var error in new[] { Assert.Throws<SqlException>(() => Table.Source(table)),
            Assert.Throws<SqlException>(() => Table.Sink(table)) })
        {
            Assert.Equal("format 'csv' cannot hold column \"t\" of type MAP<STRING, INT>", error.Message);
            Assert.Equal("Format json holds nested values; the keys of a MAP must be strings.", error.Diagnostics[0].Hint);
        }
    }

    [Fact]
    public void Changes_fit_only_a_format_that_can_write_them()
    {
        Assert.Equal(ChangelogMode.AppendOnly, Table.Sink(FileTable()).Accepts);
        Assert.Equal(ChangelogMode.Upsert, Table.Sink(Table.Of(_schema, ("connector", "filesystem"), ("path", "/x"),
            ("format", "changelog-json"), ("changelog-json.mode", "I,UA,D"))).Accepts);
    }

    [Fact]
    public void Bad_rows_go_to_files_of_their_own()
    {
        using var directory = new TemporaryDirectory();
        var source = Table.Source(FileTable(("bad-data", "dead-letter"), ("dead-letter.path", directory.Path)));

        Assert.Equal(new BadDataPolicy(BadDataKind.DeadLetter, directory.Path), source.BadData);
        var sink = Assert.IsAssignableFrom<ISink>(source.DeadLetterSink);
        using (var shipper = sink.CreateShipper(
            new ShipperContext(ShipperRun.JobId, "t dead letters", new ManualClock())))
        {
            shipper.Fence(1, default);
            shipper.Ship([new TextSegment(1, 0, "{}\n")], SinkPosition.Start, ShipperRun.Marker(1, 1, 1), default);
            shipper.Finish(default);
        }
        Assert.Single(Directory.GetFiles(directory.Path, "part-*.json"));
    }

    [Fact]
    public void Every_option_that_is_read_is_defined()
    {
        foreach (var definition in Table.Connectors.Connectors.SelectMany(connector =>
            connector.Options).Concat(Table.Connectors.Formats.SelectMany(format => format.Options)))
            Assert.EndsWith(".", definition.Description, StringComparison.Ordinal);
        foreach (var format in Table.Connectors.Formats)
            Assert.All(format.Options, option =>
                Assert.StartsWith(format.Name + ".", option.Key, StringComparison.Ordinal));
    }

    static ConnectorTable FileTable(params (string, string)[] options) =>
        Table.Of(_schema, [("connector", "filesystem"), ("format", "json"), ("path", "/x"), .. options]);

    static ConnectorTable Partitioned(string key, params (string, string)[] options) => Table.Of(
        Table.Columns(("a", SqlType.Int), ("b", SqlType.Bytes), ("t", SqlType.Array(SqlType.Int))),
        [("connector", "filesystem"), ("format", "json"), ("path", "/x"), .. options]) with
    { PartitionKeys = [key] };

    static string Error(ConnectorTable table) => Assert.Throws<SqlException>(() => Table.Source(table)).Message;
}
