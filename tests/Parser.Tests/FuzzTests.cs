using System.Diagnostics;
using System.Globalization;
using System.Text;
using SqlStream.Core.Diagnostics;
using SqlStream.Parser.Syntax;
using Xunit.Abstractions;

namespace SqlStream.Parser.Tests;

public sealed class FuzzTests(ITestOutputHelper output)
{
    static readonly string[] _pieces =
    [
        .. Keywords.All, "a", "b", "`q`", "t.c", "1", "2.5", "1e3", "'s'", "'", "`", "\"", "/*", "*/", "/*+", "--", "\n", "(", ")", "(", ")", "[", "]",
        "<", ">", ",", ",", ".", ";", "=", "+", "-", "*", "||", "=>", "{", "}", "?", "|", "X'0a'", "U&'\\0041'", "☃", "\0", "\ud800",
    ];

    static readonly int s_mutations = Environment.GetEnvironmentVariable("SQLSTREAM_LONG") == "1" ? 1_000_000 : 6_000;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Random_words_never_crash(int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < 5_000; i++)
        {
            var text = new StringBuilder();
            for (var words = random.Next(1, 30); words > 0; words--)
                text.Append(_pieces[random.Next(_pieces.Length)]).Append(random.Next(8) == 0 ? "" : " ");
            ParseAndPrint(text.ToString());
        }
    }

    [Fact]
    public void Random_characters_never_crash()
    {
        var random = new Random(3);
        for (var i = 0; i < 4_000; i++)
        {
            var text = new char[random.Next(1, 60)];
            for (var j = 0; j < text.Length; j++)
                text[j] = (char)(random.Next(4) == 0 ? random.Next(0x10000) : random.Next(0x20, 0x7f));
            ParseAndPrint(new string(text));
        }
    }

    [Fact]
    public void Mutated_statements_never_crash_and_print_what_they_mean()
    {
        var random = new Random(4);
        var corpus = Directory.GetFiles(GoldenFile.Folder, "*.test").Order(StringComparer.Ordinal)
            .SelectMany(path => GoldenFile.Read(path).Sections).SelectMany(section => section.Input.Split('\n')).ToArray();
        for (var i = 0; i < s_mutations; i++)
        {
            var words = corpus[random.Next(corpus.Length)].Split(' ').ToList();
            for (var changes = random.Next(1, 4); changes > 0; changes--)
            {
                var at = random.Next(words.Count);
                switch (random.Next(4))
                {
                    case 0:
                        words[at] = _pieces[random.Next(_pieces.Length)];
                        break;
                    case 1:
                        words.Insert(at, _pieces[random.Next(_pieces.Length)]);
                        break;
                    case 2 when words.Count > 1:
                        words.RemoveAt(at);
                        break;
                    default:
                        words[at] = words[random.Next(words.Count)];
                        break;
                }
            }
            ParseAndPrint(string.Join(' ', words));
        }
    }

    public static TheoryData<string, int> Megabytes() => new()
    {
        { "VALUES", 1 },
        { "IN", 1 },
        { "SELECT", 1 },
        { "JOIN", 1 },
        { "STATEMENTS", 10_000 },
    };

    // The limit is for a machine with nothing else to do; the assertion leaves room for one that has.
    [Theory]
    [MemberData(nameof(Megabytes))]
    public void Megabyte_of_text_is_parsed_in_a_second_or_two(string kind, int count)
    {
        var source = new SourceText(Megabyte(kind));
        SqlParser.Parse(new SourceText("SELECT 1"));
        var watch = Stopwatch.StartNew();
        var statements = SqlParser.Parse(source).StatementsOrThrow();
        output.WriteLine($"{source.Text.Length} characters in {watch.ElapsedMilliseconds} ms");
        Assert.True(watch.ElapsedMilliseconds < 20_000, $"{watch.ElapsedMilliseconds} ms");
        Assert.Equal(count, statements.Count);
    }

    static string Megabyte(string kind)
    {
        const int length = 1_000_000;
        var text = new StringBuilder(length + 100);
        var number = 0;
        switch (kind)
        {
            case "VALUES":
                text.Append("INSERT INTO t VALUES (0, 'first', 1.5)");
                while (text.Length < length)
                    text.Append(CultureInfo.InvariantCulture, $", ({++number}, 'name {number}', {number}.25)");
                break;
            case "IN":
                text.Append("SELECT * FROM t WHERE a IN (0");
                while (text.Length < length)
                    text.Append(CultureInfo.InvariantCulture, $", {++number}");
                text.Append(')');
                break;
            case "SELECT":
                text.Append("SELECT 1");
                while (text.Length < length)
                    text.Append(CultureInfo.InvariantCulture, $", CASE WHEN t.a + {++number} > b * 2 THEN CAST(c AS STRING) ELSE SUBSTRING(d, 1, {number}) END AS c{number}");
                text.Append(" FROM t");
                break;
            case "JOIN":
                text.Append("SELECT * FROM t");
                while (text.Length < length)
                    text.Append(CultureInfo.InvariantCulture, $" JOIN t{++number} ON t.a = t{number}.a AND t{number}.b BETWEEN 1 AND {number}");
                break;
            default:
                for (; number < 10_000; number++)
                    text.Append(CultureInfo.InvariantCulture, $"CREATE VIEW v{number} AS SELECT a, b + {number} AS c FROM t{number} WHERE d = 'some text, {number}' AND e > 1.5;\n");
                break;
        }
        return text.ToString();
    }

    /// <summary>Whatever parses must print to something that parses to the same.</summary>
    static void ParseAndPrint(string text)
    {
        foreach (var statement in SqlParser.Parse(new SourceText(text)).Statements)
        {
            // Of these only the first words are kept.
            if (statement.Syntax is UnsupportedStatement)
                continue;
            var printed = SqlPrinter.Print(statement.Syntax);
            var again = SqlParser.Parse(new SourceText(printed));
            Assert.True(!again.HasErrors, $"{statement.Text}\n{printed}\n{string.Join(", ", again.Diagnostics)}");
            Assert.True(statement.Syntax.Equals(Assert.Single(again.Statements).Syntax), $"{statement.Text}\n{printed}");
        }
    }
}
