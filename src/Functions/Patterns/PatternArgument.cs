using System.Text;
using SqlStream.Core.Columns;
using SqlStream.Core.Functions;

namespace SqlStream.Functions.Patterns;

/// <summary>Compiled patterns of one call whose pattern is not constant: the last few hundred.</summary>
sealed class PatternCache
{
    const int PatternsMax = 256;

    readonly Lock _lock = new();
    readonly Dictionary<string, JavaPattern?> _patterns = new(StringComparer.Ordinal);

    /// <summary>The pattern, or null where the text is no regular expression. 2201B where it is one that is not supported.</summary>
    public JavaPattern? Get(ReadOnlySpan<byte> pattern)
    {
        var text = Encoding.UTF8.GetString(pattern);
        lock (_lock)
        {
            if (_patterns.TryGetValue(text, out var known))
                return known;
            var parsed = PatternParser.TryParse(text, out var tree) ? new JavaPattern(tree, text) : null;
            if (_patterns.Count == PatternsMax)
                _patterns.Clear();
            _patterns.Add(text, parsed);
            return parsed;
        }
    }
}

/// <summary>The pattern of a call by row: a constant, or from the cache.</summary>
/// <remarks>A constant that is no regular expression is an error when the call is planned. From a column it gives NULL, as in
/// Flink.</remarks>
sealed class PatternArgument
{
    readonly PatternCache? _cache;

    PatternArgument(JavaPattern? constant, PatternCache? cache)
    {
        Constant = constant;
        _cache = cache;
    }

    /// <summary>The pattern where it is constant.</summary>
    public JavaPattern? Constant { get; }

    /// <summary>The second argument of a call.</summary>
    public static PatternArgument Of(ReadOnlySpan<ArgumentInfo> arguments) => arguments[1].Value is string text
        ? new PatternArgument(JavaPattern.Parse(text, arguments[1].Span), null)
        : new PatternArgument(null, new PatternCache());

    /// <summary>A reader for the rows of one batch.</summary>
    public Reader Read(ReadOnlySpan<Column> columns) => new(this, columns);

    /// <summary>Reads patterns by row; neighbours that are equal are looked up once.</summary>
    public ref struct Reader(PatternArgument argument, ReadOnlySpan<Column> columns)
    {
        readonly PatternArgument _argument = argument;
        readonly BytesColumn _column = (BytesColumn)columns[1];
        ReadOnlySpan<byte> _last;
        JavaPattern? _pattern;
        bool _isKnown;

        /// <summary>The pattern of a row, or null where the text is no regular expression.</summary>
        public JavaPattern? this[int row]
        {
            get
            {
                if (_argument.Constant is { } constant)
                    return constant;
                var text = _column[row];
                if (!_isKnown || !text.SequenceEqual(_last))
                {
                    _pattern = _argument._cache!.Get(text);
                    _last = text;
                    _isKnown = true;
                }
                return _pattern;
            }
        }
    }
}
