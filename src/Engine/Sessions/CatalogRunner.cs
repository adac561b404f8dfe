using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Engine.Catalogs;
using SqlStream.Engine.UserFunctions;
using SqlStream.Planner;
using SqlStream.Planner.Catalog;
using SqlStream.Planner.Statements;
using CatalogSnapshot = SqlStream.Planner.Catalog.Catalog;

namespace SqlStream.Engine.Sessions;

/// <summary>Carries out changes of a session's catalog: in the snapshot, in the directories that keep catalogs, and in tables that hold their
/// rows themselves.</summary>
sealed class CatalogRunner(SqlStreamEngine engine, Session session)
{
    readonly DirectoryCatalogs _directories = new(engine.DataDirectory, engine.Root.Options.Files, catalog => session.PlannerContext with { Catalog = catalog });

    readonly ExternalCatalogs _external = new(engine.Root.Connectors, catalog => session.PlannerContext with { Catalog = catalog });

    /// <summary>Reads anew what outside catalogs have that a statement may name. Where one is away, what was known of it stays.</summary>
    public void Refresh(string sql)
    {
        foreach (var definition in session.Catalog.Catalogs.Where(_external.IsOutside))
        {
            if (definition.Name != session.Catalog.CurrentCatalog && !sql.Contains(definition.Name, StringComparison.Ordinal))
                continue;
            try
            {
                session.Catalog = _external.Load(session.Catalog, definition);
            }
            catch (ExternalException e) when (e.Retry != Retry.Never)
            {
                // A job that uses its tables says so.
            }
        }
    }

    /// <summary>Carries out all changes, or none and says why.</summary>
    /// <returns>Lines for people.</returns>
    public IReadOnlyList<string> Apply(ValueList<CatalogChange> changes)
    {
        var notices = new List<string>();
        foreach (var change in changes)
        {
            EnsureFree(change);
            if (engine.IsTemporary && change is PutCatalog { IsNew: true } added && DirectoryCatalogs.IsKept(added.Definition) && added.Definition.Option("path") is null)
                notices.Add($"catalog \"{added.Definition.Name}\" goes with this process; give it a 'path' to keep it");
        }
        var after = After(changes);
        Save(changes, after);
        foreach (var change in changes)
            MoveRows(change);
        session.Catalog = after;
        return notices;
    }

    /// <summary>Carries out all changes in the session's snapshot alone: nothing is kept, and no rows move.</summary>
    public void Rehearse(ValueList<CatalogChange> changes)
    {
        foreach (var change in changes)
            EnsureFree(change);
        session.Catalog = After(changes);
    }

    CatalogSnapshot After(ValueList<CatalogChange> changes)
    {
        var after = session.Catalog;
        foreach (var change in changes)
        {
            after = after.After(change);
            // What cannot be called is told where it is named.
            if (change is PutFunction { Function: var function } && FunctionAssemblies.Has(function))
                _ = engine.Root.Assemblies.Find(function);
            if (change is PutCatalog { IsNew: true, Definition: var outside } && _external.IsOutside(outside))
                after = _external.Load(after, outside);
            if (change is PutCatalog { IsNew: true } added && DirectoryCatalogs.IsKept(added.Definition))
                after = _directories.Load(after, added.Definition);
        }
        return after;
    }

    /// <summary>Turns to another database; what a directory keeps is read again if somebody has changed it.</summary>
    public void Use(UsePlan plan)
    {
        var definition = session.Catalog.Catalogs.First(known => known.Name == plan.Catalog);
        var snapshot = session.Catalog;
        if (DirectoryCatalogs.IsKept(definition) && _directories.IsStale(definition))
            snapshot = _directories.Load(snapshot, definition);
        session.Catalog = snapshot.WithCurrent(plan.Catalog, plan.Database);
    }

    /// <summary>The tables of the catalog are elsewhere: in a directory, or outside.</summary>
    public bool IsElsewhere(CatalogDefinition definition) => DirectoryCatalogs.IsKept(definition) || _external.IsOutside(definition);

    /// <summary>Reads what directories keep again where it has changed, or in any case.</summary>
    public void RefreshKept(bool always = false)
    {
        foreach (var definition in session.Catalog.Catalogs.Where(DirectoryCatalogs.IsKept))
        {
            if (always || _directories.HasChanged(definition))
                session.Catalog = _directories.Load(session.Catalog, definition);
        }
    }

    void Save(ValueList<CatalogChange> changes, CatalogSnapshot after)
    {
        foreach (var name in changes.Where(IsPermanent).Select(change => change.Catalog).Distinct())
        {
            if (after.Catalogs.FirstOrDefault(known => known.Name == name) is not { } definition)
                continue;
            if (_external.IsOutside(definition))
                throw EngineErrors.CatalogIsOutside(name, definition.Type);
            if (!DirectoryCatalogs.IsKept(definition))
                continue;
            if (_directories.IsStale(definition))
            {
                session.Catalog = _directories.Load(session.Catalog, definition);
                throw EngineErrors.CatalogChanged(name);
            }
            _directories.Save(after, definition);
        }
    }

    static bool IsPermanent(CatalogChange change) => change switch
    {
        PutObject put => !put.Object.IsTemporary,
        RemoveObject remove => !remove.Object.IsTemporary,
        RenameObject rename => !rename.Object.IsTemporary,
        PutFunction put => !put.Function.IsTemporary,
        RemoveFunction remove => !remove.Function.IsTemporary,
        PutCatalog put => !put.IsNew,
        _ => true,
    };

    // Rows that go must not be under a job that adds to them.
    void EnsureFree(CatalogChange change)
    {
        var gone = change switch
        {
            RemoveObject remove => remove.Object,
            PutObject put => put.Replaced,
            _ => null,
        };
        if (gone is TableDefinition table && Holder(table) is not null && engine.Jobs.Writer(table.Name.ToString()) is { } job)
            throw EngineErrors.TableIsWritten(table.Name.ToString(), job.Id);
    }

    void MoveRows(CatalogChange change)
    {
        switch (change)
        {
            case RemoveObject { Object: TableDefinition table } when Holder(table) is var (holder, connected):
                holder.Drop(connected);
                break;
            case PutObject { Replaced: TableDefinition table } when Holder(table) is var (holder, connected):
                holder.Drop(connected);
                break;
            case RenameObject { Object: TableDefinition table, Renamed: var renamed } when Holder(table) is var (holder, connected):
                holder.Rename(connected, renamed.Name.ToString());
                break;
            default:
                break;
        }
    }

    (IHoldsRows Holder, ConnectorTable Table)? Holder(TableDefinition table)
    {
        try
        {
            var (connector, connected) = SqlPlanner.Connect(table, engine.Root.Connectors);
            return connector is IHoldsRows holder ? (holder, connected) : null;
        }
        catch (SqlException)
        {
            // Its connector is not there any more, and so are its rows.
            return null;
        }
    }
}
