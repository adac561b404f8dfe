using System.Diagnostics;
using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using RowType = SqlStream.Core.Types.RowType;

namespace SqlStream.Functions.Table;

/// <summary>UNNEST(collection): the elements of an ARRAY or MULTISET, those of rows field by field, keys and values of a MAP.</summary>
sealed class UnnestFunction : TableFunction
{
    public override string Name => "UNNEST";

    public override string Signature => "UNNEST(array) -> TABLE(element)\nUNNEST(map) -> TABLE(key, value)";

    public override TableCall? Plan(ReadOnlySpan<ArgumentInfo> arguments)
    {
        if (arguments is not [{ Type: CollectionType or MapType } collection])
            return null;
        var type = collection.Type;
        Field[] columns = [.. Elements(type)];
        return new TableCall([type], columns, (wanted, pool) => new Kernel(columns, wanted, pool), IsOrdered: type.Kind == SqlTypeKind.Array);
    }

    static IEnumerable<Field> Elements(SqlType collection) => collection switch
    {
        MapType map => [new Field("KEY", map.Key), new Field("VALUE", map.Value)],
        CollectionType { Element: RowType row } => row.Fields.Select(field => new Field(field.Name, field.Type.WithNullability(row.IsNullable || field.Type.IsNullable))),
        CollectionType { Element: var element } => [new Field(UnnamedColumn, element)],
        _ => throw new UnreachableException($"type {collection} has no elements"),
    };

    // Elements are remembered by their places in the child column, and gathered from it at once.
    sealed class Kernel(IReadOnlyList<Field> columns, IReadOnlyList<int> wanted, ColumnPool pool) : TableKernel
    {
        const int NoElement = -1;

        readonly ColumnBuilder[] _builders = [.. wanted.Select(column => ColumnBuilder.Create(columns[column].Type.WithNullability(true), pool))];
        int[] _elements = [];
        int _count;
        bool _hasMissing;
        Column? _collection;
        int _row = -1;
        int _element;
        int _copy;

        public override void Begin(EvaluationContext context, ReadOnlySpan<Column> arguments)
        {
            Check.That(_count == 0);
            _collection = arguments[0];
            _row = -1;
        }

        public override int Next(int row, int room)
        {
            if (row != _row)
                (_row, _element, _copy) = (row, 0, 0);
            var (start, length) = Range(row);
            return _collection is MapColumn { Type.Kind: SqlTypeKind.Multiset } multiset
                ? NextCopies(((FixedColumn<int>)multiset.Values).Values.Slice(start, length), start, room)
                : NextElements(start, Math.Min(length - _element, room));
        }

        public override void AppendNulls()
        {
            _hasMissing = true;
            Add(NoElement);
        }

        public override Column Build(int index)
        {
            var builder = _builders[index];
            var values = Values(_collection!, wanted[index]);
            var elements = _elements.AsSpan(0, _count);
            if (!_hasMissing)
            {
                builder.AppendRows(values, elements);
            }
            else
            {
                foreach (var element in elements)
                {
                    if (element == NoElement)
                        builder.AppendNull();
                    else
                        builder.AppendFrom(values, element);
                }
            }
            return builder.Build();
        }

        public override void End()
        {
            _count = 0;
            _hasMissing = false;
        }

        protected override void Dispose(bool disposing)
        {
            foreach (var builder in _builders)
                builder.Dispose();
        }

        int NextElements(int start, int count)
        {
            for (var i = 0; i < count; i++)
                Add(start + _element++);
            return count;
        }

        int NextCopies(ReadOnlySpan<int> copies, int start, int room)
        {
            var made = 0;
            for (; _element < copies.Length; _element++)
            {
                for (; _copy < copies[_element]; _copy++)
                {
                    if (made == room)
                        return made;
                    Add(start + _element);
                    made++;
                }
                _copy = 0;
            }
            return made;
        }

        void Add(int element)
        {
            if (_count == _elements.Length)
                Array.Resize(ref _elements, Math.Max(64, _count * 2));
            _elements[_count++] = element;
        }

        (int Start, int Count) Range(int row)
        {
            return _collection switch
            {
                ListColumn list => list[row],
                MapColumn map => map[row],
                _ => throw new EngineBugException($"a column of type {_collection?.Type} has no elements"),
            };
        }

        // The child column that holds a column of all elements.
        static Column Values(Column collection, int column) => collection switch
        {
            ListColumn list => Field(list.Elements, column),
            MapColumn { Type.Kind: SqlTypeKind.Multiset } multiset => Field(multiset.Keys, column),
            MapColumn map => column == 0 ? map.Keys : map.Values,
            _ => throw new EngineBugException($"a column of type {collection.Type} has no elements"),
        };

        static Column Field(Column elements, int column) => elements is RowColumn row ? row.Fields[column] : elements;
    }
}
