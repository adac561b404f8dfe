using System.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Parser.Syntax;

namespace SqlStream.Parser.Printing;

/// <summary>Statements: one arm per statement.</summary>
static class StatementPrinter
{
    public static void Print(SqlWriter writer, StatementSyntax statement)
    {
        switch (statement)
        {
            case QueryStatement query:
                QueryPrinter.Print(writer, query.Query);
                break;
            case InsertStatement insert:
                Insert(writer, insert);
                break;
            case StatementSet set:
                writer.Write("EXECUTE STATEMENT SET BEGIN ");
                foreach (var insert in set.Inserts)
                {
                    Insert(writer, insert);
                    writer.Write("; ");
                }
                writer.Write("END");
                break;
            case ExplainStatement explain:
                Explain(writer, explain);
                break;
            case CreateTable table:
                DdlPrinter.Create(writer, table);
                break;
            case CreateView view:
                DdlPrinter.Create(writer, view);
                break;
            case CreateCatalog catalog:
                DdlPrinter.Create(writer, catalog);
                break;
            case CreateDatabase database:
                DdlPrinter.Create(writer, database);
                break;
            case CreateFunction function:
                DdlPrinter.Create(writer, function);
                break;
            case DropStatement drop:
                DdlPrinter.Drop(writer, drop);
                break;
            case AlterTable alter:
                AlterPrinter.Print(writer, alter);
                break;
            case AlterView alter:
                AlterPrinter.Print(writer, alter);
                break;
            case AlterDatabase alter:
                writer.Write("ALTER DATABASE ").Write(alter.Name).Write(" SET ").Options(alter.Options);
                break;
            case AlterFunction alter:
                AlterPrinter.Print(writer, alter);
                break;
            case AlterCatalog alter:
                AlterPrinter.Print(writer, alter);
                break;
            case DeleteStatement delete:
                Where(writer.Write("DELETE FROM ").Write(delete.Table), delete.Where);
                break;
            case UpdateStatement update:
                writer.Write("UPDATE ").Write(update.Table).Write(" SET ").List(update.Assignments, assignment =>
                    ExpressionPrinter.Print(writer.Write(assignment.Column).Write(" = "), assignment.Value));
                Where(writer, update.Where);
                break;
            case TruncateTable truncate:
                writer.Write("TRUNCATE TABLE ").Write(truncate.Table);
                break;
            case CompilePlan compile:
                writer.Write(compile.Execute ? "COMPILE AND EXECUTE PLAN " : "COMPILE PLAN ").If(compile.IfNotExists, "IF NOT EXISTS ");
                Print(writer.Text(compile.Path.Value).Write(" FOR "), compile.Statement);
                break;
            case ExecutePlan execute:
                writer.Write("EXECUTE PLAN ").Text(execute.Path.Value);
                break;
            case UnsupportedStatement unsupported:
                writer.Write(unsupported.What);
                break;
            default:
                Session(writer, statement);
                break;
        }
    }

    public static string Word(ObjectKind kind) => kind.ToString().ToUpperInvariant();

    static void Session(SqlWriter writer, StatementSyntax statement)
    {
        switch (statement)
        {
            case SetStatement { Key: { } key, Value: { } value }:
                writer.Write("SET ").Text(key.Value).Write(" = ").Text(value.Value);
                break;
            case SetStatement:
                writer.Write("SET");
                break;
            case ResetStatement reset:
                Optional(writer.Write("RESET"), " ", reset.Key);
                break;
            case UseCatalog use:
                writer.Write("USE CATALOG ").Write(use.Name);
                break;
            case UseDatabase use:
                writer.Write("USE ").Write(use.Name);
                break;
            case ShowStatement show:
                Show(writer, show);
                break;
            case ShowCreate show:
                writer.Write("SHOW CREATE ").Write(Word(show.Kind)).Write(" ").Write(show.Name);
                break;
            case ShowJobs:
                writer.Write("SHOW JOBS");
                break;
            case ShowJob show:
                writer.Write("SHOW JOB ").Text(show.Job.Value);
                break;
            case ShowCheckpoints show:
                Optional(writer.Write("SHOW CHECKPOINTS"), " FOR JOB ", show.Job);
                break;
            case DescribeJob describe:
                writer.Write("DESCRIBE JOB ").Text(describe.Job.Value);
                break;
            case DescribeStatement describe:
                writer.Write("DESCRIBE ").If(describe.Kind != ObjectKind.Table, $"{Word(describe.Kind)} ");
                writer.If(describe.Extended, "EXTENDED ").Write(describe.Name);
                break;
            case CheckpointStatement { Table: { } table }:
                writer.Write("CHECKPOINT TABLE ").Write(table);
                break;
            case CheckpointStatement checkpoint:
                Optional(writer.Write("CHECKPOINT"), " JOB ", checkpoint.Job);
                break;
            case SavepointStatement savepoint:
                Optional(writer.Write("SAVEPOINT JOB ").Text(savepoint.Job.Value), " TO ", savepoint.Directory);
                break;
            case StopJob stop:
                writer.Write("STOP JOB ").Text(stop.Job.Value);
                writer.If(stop.WithSavepoint, " WITH SAVEPOINT").If(stop.WithDrain, " WITH DRAIN");
                break;
            default:
                throw new UnreachableException($"statement {statement.GetType().Name} has no case");
        }
    }

    static void Optional(SqlWriter writer, string before, StringLiteral? text)
    {
        if (text is not null)
            writer.Write(before).Text(text.Value);
    }

    static void Where(SqlWriter writer, ExpressionSyntax? condition)
    {
        if (condition is not null)
            ExpressionPrinter.Print(writer.Write(" WHERE "), condition);
    }

    static void Insert(SqlWriter writer, InsertStatement insert)
    {
        writer.Write(insert.Overwrite ? "INSERT OVERWRITE " : "INSERT INTO ").Write(insert.Table).Hints(insert.Hints);
        if (!insert.Partition.IsEmpty)
            Partition(writer.Write(" "), insert.Partition);
        if (!insert.Columns.IsEmpty)
            writer.Write(" ").Columns(insert.Columns);
        QueryPrinter.Print(writer.Write(" "), insert.Query);
        if (insert.OnConflict is { } action)
            writer.Write(" ON CONFLICT DO ").Write(action.ToString().ToUpperInvariant());
    }

    public static void Partition(SqlWriter writer, ValueList<PartitionValue> values) =>
        writer.Write("PARTITION (").List(values, partition =>
        {
            writer.Write(partition.Column);
            if (partition.Value is not null)
                ExpressionPrinter.Print(writer.Write(" = "), partition.Value);
        }).Write(")");

    static void Explain(SqlWriter writer, ExplainStatement explain)
    {
        writer.Write("EXPLAIN ");
        if (explain.Stage is { } stage)
            writer.Write(stage.ToString().ToUpperInvariant()).Write(" ");
        writer.List(explain.Details, detail => writer.Write(Word(detail))).If(!explain.Details.IsEmpty, " ");
        Print(writer, explain.Statement);
    }

    static void Show(SqlWriter writer, ShowStatement show)
    {
        writer.Write("SHOW ").Write(show.Kind switch
        {
            ShowKind.UserFunctions => "USER FUNCTIONS",
            ShowKind.CurrentCatalog => "CURRENT CATALOG",
            ShowKind.CurrentDatabase => "CURRENT DATABASE",
            _ => show.Kind.ToString().ToUpperInvariant(),
        });
        if (show.From is not null)
            writer.Write(" FROM ").Write(show.From);
        if (!show.Partition.IsEmpty)
            Partition(writer.Write(" "), show.Partition);
        if (show.Filter is { } filter)
            writer.If(filter.Negated, " NOT").Write(filter.IgnoreCase ? " ILIKE " : " LIKE ").Text(filter.Pattern);
    }

    static string Word(ExplainDetail detail) => detail switch
    {
        ExplainDetail.EstimatedCost => "ESTIMATED_COST",
        ExplainDetail.ChangelogMode => "CHANGELOG_MODE",
        ExplainDetail.JsonExecutionPlan => "JSON_EXECUTION_PLAN",
        ExplainDetail.PlanAdvice => "PLAN_ADVICE",
        _ => throw new UnreachableException($"detail {detail} has no case"),
    };
}
