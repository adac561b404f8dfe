using System.Text;
using SqlStream.Core.Types;
using SqlStream.Testing;

namespace SqlStream.Connectors.Tests;

public sealed class FileSourceTests : IDisposable
{
    static readonly Schema _schema = Table.Columns(("id", SqlType.BigInt), ("name", SqlType.String));

    readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Rows_of_a_file_come_in_order()
    {
        var path = Write("a.json", """
            {"id":1,"name":"a"}
            {"name":"b","id":2}

            {"id":3}
            """);

        var source = Table.Source(Table.Of(_schema, ("connector", "filesystem"), ("path", path), ("format", "json")));

        Assert.Equal(["+I 1 | a", "+I 2 | b", "+I 3 | NULL"], SplitRun.ReadAll(source, [0, 1]));
    }

    string Write(string name, string text)
    {
        var path = Path.Combine(_directory.Path, name);
        File.WriteAllText(path, text, new UTF8Encoding(false));
        return path;
    }
}
