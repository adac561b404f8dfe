using System.Globalization;
using System.IO.Compression;
using System.Text;
using SqlStream.Core.Connect;
using SqlStream.Core.Types;
using SqlStream.Testing;

namespace SqlStream.Connectors.Tests;

public abstract class FileContract : ConnectorContract, IDisposable
{
    readonly TemporaryDirectory _directory = new();

    protected static Schema Schema { get; } = Table.Columns(("id", SqlType.BigInt), ("name", SqlType.String));

    protected string Path => _directory["in"];

    protected abstract (string, string)[] Options { get; }

    protected override ConnectorTable SourceTable => Table.Of(Schema, Options);

    protected override ConnectorTable WithOption(string key, string value) =>
        Table.Of(Schema, [.. Options, (key, value)]);

    protected void Write(string name, byte[] bytes)
    {
        Directory.CreateDirectory(Path);
        File.WriteAllBytes(System.IO.Path.Combine(Path, name), bytes);
    }

    protected static byte[] Lines(int first, int count, Func<int, string> line) =>
        Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(first, count).Select(line)));

    public void Dispose()
    {
        _directory.Dispose();
        GC.SuppressFinalize(this);
    }
}

public sealed class JsonFileContract : FileContract
{
    public JsonFileContract()
    {
        Write("a.json", Lines(0, 30, i => $"{{\"id\":{i},\"name\":\"{new string('x', i % 7)}{i}\"}}\n"));
        Write("b.json", Lines(30, 5, i => $"{{\"id\":{i}}}\r\n\n"));
    }

    protected override (string, string)[] Options =>
        [("connector", "filesystem"), ("path", Path), ("format", "json"), ("source.split-size", "100")];
}

public sealed class QuotedCsvFileContract : FileContract
{
    public QuotedCsvFileContract() =>
        Write("a.csv", [0xEF, 0xBB, 0xBF, .. "id,name\n"u8, .. Lines(0, 30, i => $"{i},\"multi\n\"\"line {i}\"\n")]);

    protected override (string, string)[] Options =>
        [("connector", "filesystem"), ("path", Path), ("format", "csv"), ("source.split-size", "50"),
            ("csv.header", "true")];
}

public sealed class PlainCsvFileContract : FileContract
{
    public PlainCsvFileContract() => Write("a.csv", [.. "id,name\n"u8, .. Lines(0, 30, i => $"{i},n{i}\n")]);

    protected override (string, string)[] Options =>
        [("connector.type", "x"), ("connector", "filesystem"), ("connector.path", Path), ("format.type", "csv"),
            ("source.split-size", "20 b"),
            ("csv.ignore-first-line", "true"), ("csv.disable-quote-character", "true")];
}

public sealed class CompressedFileContract : FileContract
{
    public CompressedFileContract()
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest))
            gzip.Write(
                Lines(0, 600, i => $"{{\"id\":{i},\"name\":\"{i.ToString("d20", CultureInfo.InvariantCulture)}\"}}\n"));
        Write("a.json.gz", compressed.ToArray());
    }

    protected override (string, string)[] Options =>
        [("connector", "filesystem"), ("path", "file://" + Path), ("format", "json"), ("source.split-size", "100")];
}

public sealed class ChangelogFileContract : FileContract
{
    public ChangelogFileContract() =>
        Write("a.json", Lines(0, 30, i => $"{{\"op\":\"+I\",\"data\":{{\"id\":{i},\"name\":\"n\"}}}}\n"));

    protected override (string, string)[] Options =>
        [("connector", "filesystem"), ("path", Path), ("format", "changelog-json"), ("source.split-size", "100")];

    [Fact]
    public void Changes_are_not_read_out_of_order() => Assert.Single(SplitRun.Splits(Table.Source(SourceTable)));
}

public sealed class DataGenContract : ConnectorContract
{
    static readonly Schema _schema = Table.Columns(("id", SqlType.BigInt), ("r", SqlType.Int), ("s", SqlType.String));

    static (string, string)[] Options =>
        [("connector", "datagen"), ("number-of-rows", "41"), ("rows-per-second", "1000000000"),
            ("fields.id.kind", "sequence"), ("fields.id.start", "1"),
            ("fields.id.end", "1000"), ("fields.s.length", "5"), ("fields.r.null-rate", "0.3")];

    protected override ConnectorTable SourceTable => Table.Of(_schema, Options);

    protected override ConnectorTable WithOption(string key, string value) =>
        Table.Of(_schema, [.. Options, (key, value)]);
}
