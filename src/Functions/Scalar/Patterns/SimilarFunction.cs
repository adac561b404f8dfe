using System.Text;
using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Functions.Kernels;
using SqlStream.Functions.Patterns;

namespace SqlStream.Functions.Scalar.Patterns;

/// <summary>string SIMILAR TO pattern [ESCAPE character]: the whole string matches. There is no escape character unless one is
/// given.</summary>
sealed class SimilarFunction()
    : StrictFunction("SIMILAR TO", "string SIMILAR TO pattern [ESCAPE character] -> BOOLEAN", [Parameter.Text, Parameter.Text, Parameter.Text], optional: 1)
{
    protected override SqlType ReturnType(ReadOnlySpan<SqlType> types) => SqlType.Boolean;

    protected override ScalarKernel Kernel(SqlType type, IReadOnlyList<SqlType> types, ReadOnlySpan<ArgumentInfo> arguments)
    {
        var isConstant = arguments[1].Value is string && (arguments.Length < 3 || arguments[2].Value is string);
        var constant = isConstant
            ? Compile((string)arguments[1].Value!, arguments.Length < 3 ? null : (string)arguments[2].Value!, arguments[1].Span)
            : null;
        return (context, columns) => LaneKernels.RunBool(context, columns, type, new Lane(columns, constant));
    }

    static JavaPattern Compile(string pattern, string? escape, SourceSpan span)
    {
        var character = -1;
        if (escape is not null)
        {
            if (!Rune.TryGetRuneAt(escape + "\0", 0, out var rune) || rune.Utf16SequenceLength != escape.Length)
                throw FunctionErrors.EscapeTooLong(span, "SIMILAR TO");
            character = rune.Value;
        }
        return SimilarParser.Parse(pattern, character, span);
    }

    ref struct Lane(ReadOnlySpan<Column> columns, JavaPattern? constant) : ILane<bool>
    {
        readonly ReadOnlySpan<Column> _columns = columns;
        readonly JavaPattern? _constant = constant;
        ReadOnlySpan<byte> _source;
        ReadOnlySpan<byte> _escape;
        JavaPattern? _pattern;

        public bool TryCompute(int row, out bool result)
        {
            result = (_constant ?? At(row)).IsMatch(_columns.Text(0, row));
            return true;
        }

        public readonly SqlException? Error(int row) => null;

        // Neighbouring rows often have the same pattern: it is compiled again only where it changes.
        JavaPattern At(int row)
        {
            var source = _columns.Text(1, row);
            var escape = _columns.Length > 2 ? _columns.Text(2, row) : [];
            if (_pattern is null || !source.SequenceEqual(_source) || !escape.SequenceEqual(_escape))
            {
                _pattern = Compile(Encoding.UTF8.GetString(source), _columns.Length > 2 ? Encoding.UTF8.GetString(escape) : null, SourceSpan.None);
                _source = source;
                _escape = escape;
            }
            return _pattern;
        }
    }
}
