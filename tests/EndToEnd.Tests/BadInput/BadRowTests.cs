using System.Text.Json;
using SqlStream.EndToEnd.Tests.Rig;

namespace SqlStream.EndToEnd.Tests.BadInput;

/// <summary>Rows that cannot be read, under the three policies.</summary>
public sealed class BadRowTests : IDisposable
{
    readonly WorkDirectory _work = new();
    readonly List<(int Line, int Byte, byte[] Raw, string Error)> _bad = [];

    public BadRowTests()
    {
        using var file = new MemoryStream();
        var line = 0;
        void Add(byte[] row, string? error)
        {
            line++;
            if (error is not null)
                _bad.Add((line, (int)file.Position, row, error));
            file.Write(row);
        }

        Add("{\"id\":1,\"v\":\"a\"}\n"u8.ToArray(), null);
        Add("{\"id\":2,\"v\":\n"u8.ToArray(), "JSON ends too early: a value expected");
        Add("{\"id\":\"x\",\"v\":\"b\"}\n"u8.ToArray(), "column \"id\" of type INT cannot hold \"x\"");
        Add("not json\n"u8.ToArray(), "JSON is no object");
        Add([.. "{\"id\":3,\"v\":\""u8, .. Enumerable.Repeat((byte)'y', 3000), .. "\"}\n"u8], "the row is longer than 1 kB ('max-record-size')");
        Add("{\"id\":4,\"v\":\"ok\"}\n"u8.ToArray(), null);
        Add([0xFF, 0xFE, (byte)'\n'], "the row is not valid UTF-8");
        Add("{\"id\":5,\"v\":\"trunc"u8.ToArray(), "JSON ends too early: the string does not end");
        Directory.CreateDirectory(_work["input"]);
        File.WriteAllBytes(_work["input/rows.json"], file.ToArray());
    }

    public void Dispose() => _work.Dispose();

    [Fact]
    public async Task The_first_malformed_row_ends_the_job_with_its_place()
    {
        var result = await RunAsync("");
        result.Exits(3).Says(" (insert-into_copies) failed\n" + $"""
            ERROR 22000: row of table "readings" cannot be read: {_bad[0].Error}
            DETAIL: The row is at {_work["input/rows.json"]}:2 (byte {_bad[0].Byte}).
            HINT: Set 'bad-data' = 'skip' or 'dead-letter' on the table to pass such rows over.

            """);
    }

    [Fact]
    public async Task Malformed_rows_are_passed_over()
    {
        (await RunAsync(", 'bad-data' = 'skip'")).Exits(0);
        Assert.Equal(["1,a", "4,ok"], _work.Lines("copies"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("epoch.sealed:1")]
    [InlineData("checkpoint.published:1")]
    [InlineData("ship.delivered:1")]
    [InlineData("file.marker-written:1")]
    public async Task Dead_letters_hold_each_malformed_row_once_with_its_place_and_error(string? crash)
    {
        var options = $", 'bad-data' = 'dead-letter', 'dead-letter.path' = '{_work["rejected"]}'";
        if (crash is not null)
            (await RunAsync(options, crash)).Exits(ProgramResult.Killed);
        (await RunAsync(options)).Exits(0);
        Assert.Equal(["1,a", "4,ok"], _work.Lines("copies"));
        Assert.Equal(
            _bad.Select(bad => ("readings", $"{_work["input/rows.json"]}:{bad.Line} (byte {bad.Byte})", bad.Error, Convert.ToBase64String(bad.Raw))),
            _work.Lines("rejected").Select(line =>
            {
                using var letter = JsonDocument.Parse(line);
                string Text(string name) => letter.RootElement.GetProperty(name).GetString()!;
                return (Text("source"), Text("position"), Text("error"), Text("raw"));
            }));
    }

    [Fact]
    public async Task A_time_that_is_none_and_a_number_out_of_range_are_malformed()
    {
        _work.Write("input/rows.json", "{\"id\":99999999999,\"v\":\"a\"}\n{\"id\":1,\"v\":\"2026-13-01 00:00:00\"}\n{\"id\":2,\"v\":\"2026-01-01 00:00:00\"}\n");
        (await RunAsync(", 'bad-data' = 'skip'", type: "TIMESTAMP(3)")).Exits(0);
        Assert.Equal(["2,2026-01-01 00:00:00.000"], _work.Lines("copies").Select(line => line.Replace("\"", "", StringComparison.Ordinal)));
    }

    Task<ProgramResult> RunAsync(string options, string? crash = null, string type = "STRING")
    {
        _work.Write("job.sql", $"""
            CREATE TABLE readings (id INT, v {type})
            WITH ('connector' = 'filesystem', 'path' = '{_work["input"]}', 'format' = 'json', 'max-record-size' = '1 kb'{options});
            CREATE TABLE copies (id INT, v {type}) WITH ('connector' = 'filesystem', 'path' = '{_work["copies"]}', 'format' = 'csv');
            INSERT INTO copies SELECT * FROM readings;
            """);
        return RunningProgram.RunAsync(new ProgramStart
        {
            Arguments = ["run", _work["job.sql"], "--data", _work["data"]],
            Environment = crash is null ? new Dictionary<string, string>() : new() { ["SQLSTREAM_CRASH"] = crash },
        });
    }
}
