using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Functions.Kernels;

namespace SqlStream.Functions.Table;

/// <summary>STRING_TO_TABLE(string, delimiter [, null string]): the pieces between delimiters, empty ones too, those that are equal to the null string as
/// NULL. An empty delimiter splits nothing, and NULL splits characters. The empty string has no pieces; NULL has none either. As PostgreSQL has it.</summary>
sealed class StringToTableFunction : TableFunction
{
    public override string Name => "STRING_TO_TABLE";

    public override string Signature => "STRING_TO_TABLE(string, delimiter [, null string]) -> TABLE(string_to_table STRING)";

    public override TableCall? Plan(ReadOnlySpan<ArgumentInfo> arguments)
    {
        if (arguments.Length is not (2 or 3))
            return null;
        var types = new SqlType[arguments.Length];
        for (var i = 0; i < types.Length; i++)
        {
            if (!arguments[i].Type.IsCharacter && arguments[i].Type.Kind != SqlTypeKind.Null)
                return null;
            types[i] = arguments[i].Type.IsCharacter ? arguments[i].Type : SqlType.String;
        }
        Field[] columns = [new Field("string_to_table", SqlType.String.WithNullability(types.Length == 3))];
        return new TableCall(types, columns, (wanted, pool) => new Kernel(columns, wanted, pool));
    }

    sealed class Kernel(Field[] columns, IReadOnlyList<int> wanted, ColumnPool pool) : RowsKernel(columns, wanted, pool)
    {
        const int AtEnd = -1;

        Column? _texts;
        Column? _delimiters;
        Column? _nulls;
        int _row = -1;
        int _next;

        public override void Begin(EvaluationContext context, ReadOnlySpan<Column> arguments)
        {
            (_texts, _delimiters, _nulls) = (arguments[0], arguments[1], arguments.Length > 2 ? arguments[2] : null);
            _row = -1;
        }

        public override int Next(int row, int room)
        {
            var text = new BytesReader(_texts!)[row];
            if (row != _row)
                (_row, _next) = (row, _texts!.IsNull(row) || text.IsEmpty ? AtEnd : 0);
            var isByCharacter = _delimiters!.IsNull(row);
            var delimiter = isByCharacter ? [] : new BytesReader(_delimiters)[row];
            var made = 0;
            for (; made < room && _next != AtEnd; made++)
            {
                var rest = text[_next..];
                var length = isByCharacter ? Utf8.Length(text, _next) : delimiter.IsEmpty ? rest.Length : rest.IndexOf(delimiter);
                if (length < 0)
                    length = rest.Length;
                Append(rest[..length], row);
                _next += length + delimiter.Length;
                if (length == rest.Length)
                    _next = AtEnd;
            }
            return made;
        }

        void Append(ReadOnlySpan<byte> piece, int row)
        {
            if (Builder(0) is not BytesColumnBuilder builder)
                return;
            if (_nulls is not null && !_nulls.IsNull(row) && piece.SequenceEqual(new BytesReader(_nulls)[row]))
                builder.AppendNull();
            else
                builder.Append(piece);
        }
    }
}
