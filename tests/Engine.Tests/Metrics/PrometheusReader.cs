using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace SqlStream.Engine.Tests.Metrics;

/// <summary>Reads the text format of Prometheus by its rules and refuses what breaks them.</summary>
sealed partial class PrometheusReader
{
    readonly Dictionary<string, string> _types = [];
    readonly HashSet<string> _series = [];
    readonly bool _openMetrics;
    string _family = "";

    PrometheusReader(bool openMetrics) => _openMetrics = openMetrics;

    public Dictionary<string, double> Values { get; } = [];

    public IReadOnlyDictionary<string, string> Types => _types;

    public static PrometheusReader Read(string text, bool openMetrics)
    {
        var reader = new PrometheusReader(openMetrics);
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\r', text);
        var lines = text.Split('\n')[..^1];
        if (openMetrics)
        {
            Assert.Equal("# EOF", lines[^1]);
            lines = lines[..^1];
        }
        foreach (var line in lines)
            reader.Line(line);
        return reader;
    }

    void Line(string line)
    {
        if (Comment().Match(line) is { Success: true } comment)
        {
            var name = comment.Groups["name"].Value;
            if (comment.Groups["kind"].Value == "HELP")
            {
                // Everything of a family comes in one piece.
                Assert.DoesNotContain(name, _types.Keys);
                Assert.Matches(@"^([^\\\n]|\\\\|\\n|\\"")*$", comment.Groups["rest"].Value);
                _family = name;
                return;
            }
            Assert.Equal(_family, name);
            Assert.True(_types.TryAdd(name, comment.Groups["rest"].Value), $"two types of {name}");
            Assert.Contains(comment.Groups["rest"].Value, new[] { "counter", "gauge" });
            return;
        }
        var sample = Sample().Match(line);
        Assert.True(sample.Success, $"no sample: {line}");
        var isCounter = _types[_family] == "counter";
        Assert.Equal(isCounter && _openMetrics ? _family + "_total" : _family, sample.Groups["name"].Value);
        Assert.Equal(isCounter, sample.Groups["name"].Value.EndsWith("_total", StringComparison.Ordinal));
        var labels = sample.Groups["label"].Captures.Select(capture => capture.Value).ToList();
        Assert.Equal(labels.Count, labels.Distinct().Count());
        var series = sample.Groups["name"].Value + "|" + string.Join(',', labels.Zip(sample.Groups["text"].Captures.Select(capture => Unescape(capture.Value)), (label, text) => $"{label}={text}"));
        Assert.True(_series.Add(series), $"{series} is there twice");
        Values.Add(series, double.Parse(sample.Groups["value"].Value.Replace("Inf", "Infinity", StringComparison.Ordinal), CultureInfo.InvariantCulture));
    }

    static string Unescape(string text)
    {
        var plain = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
            plain.Append(text[i] != '\\' ? text[i] : text[++i] == 'n' ? '\n' : text[i]);
        return plain.ToString();
    }

    [GeneratedRegex(@"^# (?<kind>HELP|TYPE) (?<name>[a-zA-Z_:][a-zA-Z0-9_:]*) (?<rest>.*)$")]
    private static partial Regex Comment();

    [GeneratedRegex("""^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(\{((?<label>[a-zA-Z_][a-zA-Z0-9_]*)="(?<text>([^"\\\n]|\\\\|\\n|\\")*)",?)*\})? (?<value>[-+]?([0-9.]+([eE][-+]?[0-9]+)?|Inf)|NaN)$""")]
    private static partial Regex Sample();
}
