using System.Diagnostics;
using System.Text;
using SqlStream.EndToEnd.Tests.Rig;

namespace SqlStream.EndToEnd.Tests.CommandLine;

/// <summary>Text that is no SQL at all: one clear error, at once.</summary>
public sealed class GarbageTests : IDisposable
{
    const int Size = 1_000_000;

    readonly WorkDirectory _work = new();
    readonly Random _random = new(20260102);

    public void Dispose() => _work.Dispose();

    [Fact]
    public async Task Bytes_that_are_no_text()
    {
        var bytes = new byte[Size];
        _random.NextBytes(bytes);
        bytes[0] = (byte)'S';
        bytes[1] = (byte)'\n';
        bytes[2] = 0xFF;
        await Fails(bytes, $"""
            ERROR 22021: file "{Script}" is not valid UTF-8
            DETAIL: The first wrong byte is 0xFF in line 2.
            HINT: Save it as UTF-8.

            """);
    }

    [Fact]
    public async Task Lines_of_letters_and_signs() => await Fails(Signs(80), null);

    [Fact]
    public async Task One_line_of_letters_and_signs() => await Fails(Signs(int.MaxValue), null);

    [Fact]
    public async Task A_million_parentheses() => await Fails(Fill('('), $"""
        ERROR 54001: statement is nested too deeply

        """.TrimEnd());

    [Theory]
    [InlineData('\'')]
    [InlineData('"')]
    [InlineData('`')]
    [InlineData(';')]
    [InlineData('\0')]
    [InlineData('\u001B')]
    [InlineData(' ')]
    [InlineData('-')]
    [InlineData('/')]
    [InlineData('a')]
    [InlineData('9')]
    public async Task A_million_times_the_same(char c)
    {
        var isNothing = c is ';' or ' ' or '-';
        var watch = Stopwatch.StartNew();
        var result = await Run(Fill(c));
        result.Exits(isNothing ? 0 : 1);
        AssertShort(result, watch);
    }

    [Fact]
    public async Task A_string_that_does_not_end_begins_where_the_error_says() => await Fails(
        Encoding.UTF8.GetBytes("SELECT 'abc" + new string('x', Size)), "ERROR 42601: ");

    [Fact]
    public async Task Control_characters_in_an_error_do_not_reach_the_terminal()
    {
        var result = await Run(Encoding.UTF8.GetBytes("SELECT \u001B[31m1 FROM \u0007x"));
        result.Exits(1);
        Assert.DoesNotContain(result.Error, c => char.IsControl(c) && c != '\n');
    }

    [Theory]
    [InlineData("SELECT 1\0", 1)]
    [InlineData("SELECT\0 1", 1)]
    [InlineData("\0", 1)]
    public async Task A_nul_byte_is_no_white_space(string text, int code) =>
        (await Run(Encoding.UTF8.GetBytes(text))).Exits(code).Says("ERROR 42601: syntax error at or near \"\uFFFD\"");

    [Theory]
    [InlineData(new byte[] { 0xC3 })]
    [InlineData(new byte[] { 0xED, 0xA0, 0x80 })]
    [InlineData(new byte[] { 0xC0, 0x80 })]
    [InlineData(new byte[] { 0xF5, 0x80, 0x80, 0x80 })]
    public async Task Wrong_utf8_inside_a_literal_is_refused(byte[] wrong)
    {
        byte[] text = [.. "SELECT\n'"u8, .. wrong, .. "'"u8];
        (await Run(text)).FailsWith(1, $"""
            ERROR 22021: file "{Script}" is not valid UTF-8
            DETAIL: The first wrong byte is 0x{wrong[0]:X2} in line 2.
            HINT: Save it as UTF-8.
            """.ReplaceLineEndings("\n"));
    }

    string Script => _work["script.sql"];

    async Task Fails(byte[] text, string? error)
    {
        var watch = Stopwatch.StartNew();
        var result = await Run(text);
        result.Exits(1);
        Assert.StartsWith((error ?? "ERROR 42601: syntax error at or near ").ReplaceLineEndings("\n"), result.Error, StringComparison.Ordinal);
        AssertShort(result, watch);
    }

    // What a person can read, after at most what a person waits for.
    static void AssertShort(ProgramResult result, Stopwatch watch)
    {
        Assert.InRange(result.Error.Length, 0, 20_000);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(10));
        Assert.DoesNotContain("XX000", result.Error, StringComparison.Ordinal);
    }

    byte[] Signs(int lineLength)
    {
        const string alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/=.,<>*%";
        var text = new byte[Size];
        for (var i = 0; i < Size; i++)
            text[i] = (byte)(i % lineLength == lineLength - 1 ? '\n' : alphabet[_random.Next(alphabet.Length)]);
        return text;
    }

    static byte[] Fill(char c) => Encoding.UTF8.GetBytes(new string(c, Size));

    async Task<ProgramResult> Run(byte[] text)
    {
        File.WriteAllBytes(Script, text);
        return await RunningProgram.RunAsync("-f", Script);
    }
}
