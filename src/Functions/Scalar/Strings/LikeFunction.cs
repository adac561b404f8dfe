using System.Text;
using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Functions.Kernels;

namespace SqlStream.Functions.Scalar.Strings;

/// <summary>string LIKE pattern [ESCAPE character]. A constant pattern is compiled when the call is planned.</summary>
sealed class LikeFunction : ScalarFunction
{
    public override string Name => "LIKE";

    public override string Signature => "string LIKE pattern [ESCAPE character] -> BOOLEAN";

    public override ScalarCall? Plan(ReadOnlySpan<ArgumentInfo> arguments)
    {
        if (arguments.Length is not (2 or 3))
            return null;
        var types = new SqlType[arguments.Length];
        var nullable = false;
        var isConstant = true;
        for (var i = 0; i < types.Length; i++)
        {
            if (Parameters.Match(Parameter.Text, arguments[i].Type) is not { } match)
                return null;
            types[i] = match;
            nullable |= arguments[i].Type.IsNullable;
            isConstant &= i == 0 || arguments[i].Value is string;
        }
        var type = SqlType.Boolean.WithNullability(nullable);
        if (!isConstant)
            return new ScalarCall(types, type, (context, columns) => RunVariable(context, columns, type));
        var escape = arguments.Length > 2 ? (string)arguments[2].Value! : "";
        if (arguments.Length > 2 && escape.Length == 0)
            throw FunctionErrors.EscapeTooLong(arguments[2].Span);
        var pattern = LikePattern.Parse(Encoding.UTF8.GetBytes((string)arguments[1].Value!), Encoding.UTF8.GetBytes(escape), arguments[1].Span);
        return new ScalarCall(types, type, (context, columns) =>
            LaneKernels.RunBool(context, columns, type, new ConstantLane(columns, pattern)));
    }

    static Column RunVariable(EvaluationContext context, ReadOnlySpan<Column> columns, SqlType type) =>
        LaneKernels.RunBool(context, columns, type, new VariableLane(columns));

    readonly ref struct ConstantLane(ReadOnlySpan<Column> columns, LikePattern pattern) : ILane<bool>
    {
        readonly BytesReader _text = new(columns[0]);
        readonly LikePattern _pattern = pattern;

        public bool TryCompute(int row, out bool result)
        {
            result = _pattern.IsMatch(_text[row]);
            return true;
        }

        public SqlException? Error(int row) => null;
    }

    // Neighbouring rows often have the same pattern: it is compiled again only where it changes.
    ref struct VariableLane(ReadOnlySpan<Column> columns) : ILane<bool>
    {
        readonly ReadOnlySpan<Column> _columns = columns;
        ReadOnlySpan<byte> _source;
        ReadOnlySpan<byte> _escape;
        LikePattern? _pattern;
        SqlException? _error;

        public bool TryCompute(int row, out bool result)
        {
            result = false;
            try
            {
                result = Pattern(row).IsMatch(_columns.Text(0, row));
                return true;
            }
            catch (SqlException exception)
            {
                _error = exception;
                return false;
            }
        }

        public readonly SqlException? Error(int row) => _error;

        LikePattern Pattern(int row)
        {
            var source = _columns.Text(1, row);
            var escape = _columns.Length > 2 ? _columns.Text(2, row) : [];
            if (_pattern is not null && source.SequenceEqual(_source) && escape.SequenceEqual(_escape))
                return _pattern;
            if (_columns.Length > 2 && escape.IsEmpty)
                throw FunctionErrors.EscapeTooLong(SourceSpan.None);
            _source = source;
            _escape = escape;
            return _pattern = LikePattern.Parse(source, escape, SourceSpan.None);
        }
    }
}
