using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Parser.Syntax;
using SqlStream.Planner.Binding;
using SqlStream.Planner.Catalog;
using SqlStream.Planner.Expressions;

namespace SqlStream.Planner.Statements;

/// <summary>CREATE TABLE: checks everything about a table that can be known without using it.</summary>
sealed class CreateTableBinder(BindContext context)
{
    const int RowtimePrecisionMax = 3;

    readonly List<ColumnDefinition> _columns = [];
    readonly HashSet<string> _failed = [];

    /// <summary>The plan, or null after reporting errors.</summary>
    public CreateTablePlan? Bind(CreateTable create, SourceText source)
    {
        ReportUnsupported(create);
        var name = new NameResolver(context).Qualify(create.Name);
        if (name is not null)
            ObjectChecks.EnsureNew(context, name, create.Name, create.Temporary, create.IfNotExists, replacesKind: null);
        Columns(create);
        var primaryKey = PrimaryKey(create);
        var watermark = Watermark(create);
        var partitionKeys = PartitionKeys(create);
        var options = Options(create.Options);
        new TableReader(context).CheckOptions(options, context.SpanOf(create.Name));
        if (name is null || context.HasErrors)
            return null;
        var table = new TableDefinition(name)
        {
            Columns = [.. _columns],
            PrimaryKey = primaryKey,
            Watermark = watermark,
            PartitionKeys = partitionKeys,
            Options = options,
            IsTemporary = create.Temporary,
            Comment = create.Comment,
            SqlText = source.Slice(create.Span),
        };
        return new CreateTablePlan(table, create.IfNotExists);
    }

    /// <summary>The WITH clause with the positions of its entries.</summary>
    public static TableOptions Options(ValueList<OptionSyntax> options) =>
        new(options.Map(option => new TableOption(option.Key.Value, option.Value.Value, option.Span)));

    void ReportUnsupported(CreateTable create)
    {
        if (create.Replace)
            context.Report(BindErrors.NotSupported(context.SpanOf(create.Name), "REPLACE TABLE"));
        if (create.Like is not null)
            context.Report(BindErrors.NotSupported(context.SpanOf(create.Like), "CREATE TABLE ... LIKE"));
        if (create.Query is not null)
            context.Report(BindErrors.NotSupported(context.SpanOf(create.Query), "CREATE TABLE ... AS"));
        if (create.Distribution is not null)
            context.Report(BindErrors.NotSupported(context.SpanOf(create.Distribution), "DISTRIBUTED"));
    }

    void Columns(CreateTable create)
    {
        var columns = create.Elements.OfType<ColumnElement>().ToList();
        var names = new HashSet<string>();
        foreach (var column in columns)
        {
            if (!names.Add(column.Name.Text))
                context.Report(CreateErrors.DuplicateColumn(context.SpanOf(column.Name), column.Name.Text));
        }
        if (!columns.Exists(column => column is PhysicalColumn) && create.Like is null && create.Query is null)
            context.Report(CreateErrors.NoColumns(context.SpanOf(create.Name), create.Name.ToString()));
        // Computed columns may stand before the columns that they compute from.
        var types = columns.OfType<PhysicalColumn>().Select(Physical).ToList();
        var next = 0;
        foreach (var column in columns)
        {
            switch (column)
            {
                case PhysicalColumn:
                    Add(column.Name, types[next++]);
                    break;
                case ComputedColumn computed:
                    Add(column.Name, Computed(computed, types));
                    break;
                case MetadataColumn:
                    context.Report(BindErrors.NotSupported(context.SpanOf(column), "METADATA column"));
                    Add(column.Name, null);
                    break;
                default:
                    context.Report(CreateErrors.ColumnWithoutType(context.SpanOf(column), column.Name.Text));
                    Add(column.Name, null);
                    break;
            }
        }
    }

    void Add(Identifier name, ColumnDefinition? column)
    {
        if (column is null)
            _failed.Add(name.Text);
        else if (!_columns.Exists(known => known.Name == column.Name))
            _columns.Add(column);
    }

    ColumnDefinition? Physical(PhysicalColumn column) => new TypeBinder(context).Bind(column.Type) is { } type
        ? new PhysicalColumnDefinition(column.Name.Text, type, column.Comment)
        : null;

    ColumnDefinition? Computed(ComputedColumn column, List<ColumnDefinition?> physical)
    {
        var visible = physical.OfType<ColumnDefinition>().Concat(_columns.OfType<ComputedColumnDefinition>());
        var bound = Expression(column.Expression, visible, "a computed column");
        if (bound is BoundError)
            return null;
        if (bound.Type.Kind == SqlTypeKind.Null)
        {
            context.Report(CreateErrors.UntypedColumn(context.SpanOf(column.Expression), column.Name.Text));
            return null;
        }
        return new ComputedColumnDefinition(
            column.Name.Text, bound.Type, column.Comment, column.Expression, SqlPrinter.Print(column.Expression));
    }

    // Where a column is in error, names may be meant to be that column.
    BoundExpression Expression(ExpressionSyntax expression, IEnumerable<ColumnDefinition> visible, string clause)
    {
        var scope = Scope.Of([], new Schema([.. visible.Select(column => new Field(column.Name, column.Type))]));
        return new ExpressionBinder(context, _failed.Count > 0 ? Scope.Unknown : scope, new Clause(clause)).Bind(expression);
    }

    ValueList<string> PrimaryKey(CreateTable create)
    {
        var keys = create.Elements.OfType<PrimaryKeyElement>()
            .Select(key => (Key: key, Columns: key.Columns))
            .Concat(create.Elements.OfType<PhysicalColumn>()
                .Where(column => column.PrimaryKey is not null)
                .Select(column => (Key: column.PrimaryKey!, Columns: (ValueList<Identifier>)[column.Name])))
            .OrderBy(key => key.Key.Span.Start)
            .ToList();
        if (keys.Count == 0)
            return [];
        if (keys.Count > 1)
            context.Report(CreateErrors.SecondPrimaryKey(context.SpanOf(keys[1].Key)));
        if (!keys[0].Key.NotEnforced)
            context.Report(CreateErrors.EnforcedPrimaryKey(context.SpanOf(keys[0].Key)));
        var names = PhysicalNames(keys[0].Columns, "PRIMARY KEY");
        for (var i = 0; i < _columns.Count; i++)
        {
            if (_columns[i] is not PhysicalColumnDefinition column || !names.Contains(column.Name))
                continue;
            new KeyCheck(context).IsKey(column.Type, "PRIMARY KEY", context.SpanOf(keys[0].Key));
            _columns[i] = column with { Type = column.Type.WithNullability(false) };
        }
        return names;
    }

    ValueList<string> PartitionKeys(CreateTable create) => PhysicalNames(create.PartitionedBy, "PARTITIONED BY");

    ValueList<string> PhysicalNames(ValueList<Identifier> columns, string clause)
    {
        var names = new List<string>();
        foreach (var column in columns)
        {
            var span = context.SpanOf(column);
            var definition = _columns.Find(known => known.Name == column.Text);
            if (names.Contains(column.Text))
                context.Report(CreateErrors.DuplicateColumn(span, column.Text));
            else if (definition is null && !_failed.Contains(column.Text))
                context.Report(BindErrors.UndefinedColumn(
                    span, column.Text, NearestName.Hint(column.Text, _columns.Select(known => known.Name))));
            else if (definition is ComputedColumnDefinition)
                context.Report(CreateErrors.ComputedKey(span, column.Text, clause));
            names.Add(column.Text);
        }
        return [.. names];
    }

    WatermarkDefinition? Watermark(CreateTable create)
    {
        var elements = create.Elements.OfType<WatermarkElement>().ToList();
        if (elements.Count == 0)
            return null;
        if (elements.Count > 1)
            context.Report(CreateErrors.SecondWatermark(context.SpanOf(elements[1])));
        var element = elements[0];
        var name = element.Column.Last.Text;
        var span = context.SpanOf(element.Column);
        if (element.Column.Parts.Count > 1)
            context.Report(BindErrors.NotSupported(span, "WATERMARK FOR a field of a ROW"));
        else if (_failed.Count == 0)
            Rowtime(element, name, span);
        return new WatermarkDefinition(name, element.Expression, SqlPrinter.Print(element.Expression));
    }

    void Rowtime(WatermarkElement element, string name, SourceSpan span)
    {
        if (_columns.Find(column => column.Name == name) is not { } rowtime)
        {
            context.Report(BindErrors.UndefinedColumn(span, name, NearestName.Hint(name, _columns.Select(column => column.Name))));
            return;
        }
        if (rowtime.Type is not TemporalType { Precision: <= RowtimePrecisionMax } || !rowtime.Type.IsTimestamp)
        {
            context.Report(CreateErrors.RowtimeType(span, name, rowtime.Type));
            return;
        }
        var expression = Expression(element.Expression, _columns, "WATERMARK");
        if (expression is not BoundError && expression.Type.Kind != rowtime.Type.Kind)
            context.Report(CreateErrors.WatermarkType(context.SpanOf(element.Expression), rowtime.Type, expression.Type));
    }
}
