using System.Diagnostics;
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
        for (var i = 0; i < 6_000; i++)
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

    [Fact]
    public void Megabyte_of_values_is_parsed()
    {
        var text = new StringBuilder("INSERT INTO t VALUES (0, 'first', 1.5)");
        for (var i = 1; text.Length < 1_000_000; i++)
            text.Append(", (").Append(i).Append(", 'name ").Append(i).Append("', ").Append(i).Append(".25)");
        var source = new SourceText(text.ToString());
        var watch = Stopwatch.StartNew();
        var statement = Assert.Single(SqlParser.Parse(source).StatementsOrThrow());
        output.WriteLine($"{text.Length} characters in {watch.ElapsedMilliseconds} ms");
        Assert.IsType<InsertStatement>(statement.Syntax);
    }

    /// <summary>Whatever parses must print to something that parses to the same.</summary>
    static void ParseAndPrint(string text)
    {
        foreach (var statement in SqlParser.Parse(new SourceText(text)).Statements)
        {
            var printed = SqlPrinter.Print(statement.Syntax);
            var again = SqlParser.Parse(new SourceText(printed));
            Assert.True(!again.HasErrors, $"{statement.Text}\n{printed}\n{string.Join(", ", again.Diagnostics)}");
            Assert.True(statement.Syntax.Equals(Assert.Single(again.Statements).Syntax), $"{statement.Text}\n{printed}");
        }
    }
}
