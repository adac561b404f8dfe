using System.Text;
using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Functions.Kernels;
using SqlStream.Functions.Patterns;

namespace SqlStream.Functions.Scalar.Patterns;

/// <summary>REGEXP_REPLACE(string, pattern, replacement): every match replaced; in the replacement $1 and ${name} are groups, as in
/// Java's Matcher.replaceAll.</summary>
/// <remarks>A constant replacement that names no group of a constant pattern is an error; otherwise it gives NULL.</remarks>
sealed class RegexpReplaceFunction() : PatternFunction(
    "REGEXP_REPLACE", "REGEXP_REPLACE(string, pattern, replacement) -> STRING", [Parameter.Text, Parameter.Text, Parameter.Text])
{
    protected override SqlType ReturnType(ReadOnlySpan<SqlType> types) => SqlType.String;

    protected override ScalarKernel Kernel(SqlType type, PatternArgument pattern, ReadOnlySpan<ArgumentInfo> arguments)
    {
        var constant = pattern.Constant is { } known && arguments[2].Value is string text
            ? Replacement.Parse(text, known.Tree, arguments[2].Span)
            : null;
        return (context, columns) =>
        {
            using var scratch = new ByteText(1024);
            return LaneKernels.RunText(context, columns, type, new Lane(columns, pattern, constant, scratch));
        };
    }

    ref struct Lane(ReadOnlySpan<Column> columns, PatternArgument pattern, Replacement? constant, ByteText scratch) : ITextLane
    {
        readonly ReadOnlySpan<Column> _columns = columns;
        readonly Replacement? _constant = constant;
        readonly ByteText _scratch = scratch;
        PatternArgument.Reader _patterns = pattern.Read(columns);
        ReadOnlySpan<byte> _lastText;
        JavaPattern? _lastPattern;
        Replacement? _last;

        public bool TryWrite(int row, BytesColumnBuilder output)
        {
            if (_patterns[row] is not { } found || (_constant ?? At(found, _columns.Text(2, row))) is not { } replacement)
                return false;
            found.Replace(_columns.Text(0, row), replacement, _scratch, output);
            return true;
        }

        public readonly SqlException? Error(int row) => null;

        // Parsed again only where the pattern or the replacement changes; null where it is none.
        Replacement? At(JavaPattern pattern, ReadOnlySpan<byte> text)
        {
            if (ReferenceEquals(pattern, _lastPattern) && text.SequenceEqual(_lastText))
                return _last;
            _lastPattern = pattern;
            _lastText = text;
            try
            {
                _last = Replacement.Parse(Encoding.UTF8.GetString(text), pattern.Tree, SourceSpan.None);
            }
            catch (SqlException)
            {
                _last = null;
            }
            return _last;
        }
    }
}
